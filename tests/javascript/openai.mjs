// One call of the official client, told on standard input; its outcome as JSON on the last line.
import { text } from "node:stream/consumers";
import OpenAI from "openai";

const told = JSON.parse(await text(process.stdin));
const client = new OpenAI({ apiKey: told.key, baseURL: `${told.url}/v1`, ...told.client });
const [resource, method] = told.method.split(".");

let outcome;
try {
  outcome = { result: await client[resource][method](...told.arguments) };
} catch (error) {
  const { status, code, type, param, requestID, message } = error;
  outcome = { thrown: { name: error.constructor.name, status, code, type, param, requestID, message } };
}
console.log(JSON.stringify(outcome));
