// One call of the official client, told on standard input; its outcome as JSON on the last line.
import { text } from "node:stream/consumers";
import { Client } from "wavespeed";

const told = JSON.parse(await text(process.stdin));
const client = new Client(told.key, { baseUrl: told.url, ...told.client });
const shown = (error) => ({ name: error.name, message: error.message });

let outcome;
try {
  const result = await client[told.method](told.model, told.input, told.options);
  const { error, ...detail } = result.detail ?? {};
  outcome = { outputs: result.outputs, detail, error: error && shown(error) };
} catch (error) {
  outcome = { thrown: shown(error) };
}
console.log(JSON.stringify(outcome));
