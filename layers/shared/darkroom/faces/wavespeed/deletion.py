"""What deleting predictions takes and answers."""

from typing import Annotated, Literal, TypedDict

from pydantic import BaseModel, ConfigDict, Field

from darkroom.http.json_body import Text

MAX_IDS = 100


class DeletionRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    ids: list[Text] = Field(max_length=MAX_IDS, description=f"at most {MAX_IDS} ids of predictions")


class Deleted(TypedDict):
    id: str
    status: Literal["deleted"]


class DeletedCount(TypedDict):
    deleted_count: Annotated[int, "how many of the ids are deleted now; unknown ones don't count"]
