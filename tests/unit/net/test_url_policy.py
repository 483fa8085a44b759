"""Which webhook URLs are accepted, in which form they are sent, and what the settings open or close."""

import pytest

from darkroom.net.url_policy import UrlRefusedError, check_url

ACCEPTED = {
    "https://example.com": "https://example.com/",
    "https://example.com/": "https://example.com/",
    "https://example.com:443/hook": "https://example.com/hook",
    "HTTPS://EXAMPLE.com/Hook": "https://example.com/Hook",
    "https://hooks.example.com/a/b?c=d&e=f": "https://hooks.example.com/a/b?c=d&e=f",
    "https://example.com?token=1": "https://example.com/?token=1",
    "https://example.com/?": "https://example.com/?",
    "https://example.com//double//": "https://example.com//double//",
    "https://example.com/a/../b/./c": "https://example.com/a/../b/./c",
    "https://example.com/%2e%2E/%0d%0a": "https://example.com/%2e%2E/%0d%0a",
    "https://example.com/100%": "https://example.com/100%",
    "https://example.com/a;b=c:d@e!$'()*,": "https://example.com/a;b=c:d@e!$'()*,",
    "https://example.com/?url=https://10.0.0.1/": "https://example.com/?url=https://10.0.0.1/",
    "https://example.com/?a[]=1": "https://example.com/?a[]=1",
    "https://example.com/?a?b": "https://example.com/?a?b",
    'https://example.com/"<>^`{|}': "https://example.com/%22%3C%3E%5E%60%7B%7C%7D",
    "https://example.com/bücher?q=日本": "https://example.com/b%C3%BCcher?q=%E6%97%A5%E6%9C%AC",
    "https://xn--bcher-kva.example.com/": "https://xn--bcher-kva.example.com/",
    "https://bücher.example.com/": "https://xn--bcher-kva.example.com/",
    "https://BÜCHER.example.com/": "https://xn--bcher-kva.example.com/",
    "https://bu\u0308cher.example.com/": "https://xn--bcher-kva.example.com/",
    "https://faß.example.com/": "https://xn--fa-hia.example.com/",
    "https://ΑΣ-1.example.com/": "https://xn---1-b9b6e.example.com/",
    "https://пример.com/": "https://xn--e1afmkfd.com/",
    "https://日本語.jp/": "https://xn--wgv71a119e.jp/",
    "https://日本のカメラ.jp/": "https://xn--u9jugmg6a2367ccvb.jp/",
    "https://한국어漢.kr/": "https://xn--hexv24kzhp9jo.kr/",
    "https://r3---sn-abc.example.com/": "https://r3---sn-abc.example.com/",
    "https://\u212aelvin.com/": "https://kelvin.com/",
    "https://1password.com/": "https://1password.com/",
    "https://1.2.3.4.example.com/": "https://1.2.3.4.example.com/",
    "https://127.0.0.1.nip.io/": "https://127.0.0.1.nip.io/",
    "https://0x7f.example/": "https://0x7f.example/",
    "https://a.b1/": "https://a.b1/",
    "https://notlocal.com/": "https://notlocal.com/",
    "https://api.thelocal/": "https://api.thelocal/",
    "https://local.example.com/": "https://local.example.com/",
    "https://arpa.example.com/": "https://arpa.example.com/",
    f"https://{'a' * 63}.com/": f"https://{'a' * 63}.com/",
    f"https://example.com/{'a' * 2028}": f"https://example.com/{'a' * 2028}",
}


@pytest.mark.parametrize(("url", "sent"), ACCEPTED.items())
def test_acceptable_url_is_sent_in_its_parsed_form(url: str, sent: str) -> None:
    assert str(check_url(url)) == sent


def test_configured_ports_are_accepted_and_named_when_another_is_given() -> None:
    ports = frozenset({443, 8443})
    assert str(check_url("https://example.com:8443/", ports=ports)) == "https://example.com:8443/"
    with pytest.raises(UrlRefusedError, match="one of the ports 443, 8443"):
        check_url("https://example.com:9443/", ports=ports)


@pytest.mark.parametrize("url", ["https://api.darkroom.dev/v1", "https://API.Darkroom.DEV:443/"])
def test_our_own_host_is_refused(url: str) -> None:
    with pytest.raises(UrlRefusedError, match="this service itself"):
        check_url(url, own_hosts=frozenset({"api.darkroom.dev"}))


def test_reason_begins_with_the_field_it_is_about() -> None:
    with pytest.raises(UrlRefusedError, match=r"^the output's URL must use https$"):
        check_url("http://example.com/", field="the output's URL")


LOCAL_TARGETS = frozenset({"127.0.0.1:8123", "localhost:8124", "[::1]:8125", "receiver:443"})


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8123/hook?a=b",
        "https://127.0.0.1:8123/hook",
        "http://localhost:8124/",
        "http://[::1]:8125/",
        "https://receiver/",
    ],
)
def test_local_target_may_be_http_and_an_address(url: str) -> None:
    safe = check_url(url, local_targets=LOCAL_TARGETS)
    assert safe.is_local
    assert str(safe) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8124/",
        "http://127.0.0.2:8123/",
        "http://127.1:8123/",
        "http://2130706433:8123/",
        "http://[::ffff:127.0.0.1]:8123/",
        "http://localhost:8123/",
        "http://127.0.0.1.:8123/",
        "http://user@127.0.0.1:8123/",
        "http://127.0.0.1:8123#@example.com/",
        "https://localhost/",
        "http://receiver/",
        "http://receiver:443@10.0.0.1/",
        "https://10.0.0.1:8123/",
        "ftp://127.0.0.1:8123/",
        "http://example.com:8123/",
    ],
)
def test_local_targets_open_nothing_but_their_exact_pairs(url: str) -> None:
    with pytest.raises(UrlRefusedError):
        check_url(url, local_targets=LOCAL_TARGETS)
