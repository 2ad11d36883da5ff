// The openai package, unmodified, against our server: node client.mjs CHECK BASE_URL. Exits with 1 and the reason
// where something is not as it is with any other server of this API.
import assert from "node:assert/strict";
import OpenAI from "openai";

const [check, baseURL] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: process.env.ZIPAGE_TEST_KEY || "none", maxRetries: 0 });
const question = { model: "demo", temperature: 0, messages: [{ role: "user", content: "What is 17 + 25?" }] };
const tools = [
  {
    type: "function",
    function: {
      name: "get_weather",
      description: "The weather of a place",
      parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    },
  },
];

const checks = {
  async models() {
    const models = await client.models.list();
    assert.deepEqual(models.data.map((model) => model.id), ["demo"]);
    assert.equal((await client.models.retrieve("demo")).object, "model");
    await assert.rejects(client.models.retrieve("other"), OpenAI.NotFoundError);
  },

  async chat() {
    const reply = await client.chat.completions.create(question);
    assert.match(reply.choices[0].message.content, /42/);
    assert.equal(reply.choices[0].finish_reason, "stop");
    assert.ok(reply.choices[0].message.reasoning_content.length > 0);
    assert.equal(reply.usage.total_tokens, reply.usage.prompt_tokens + reply.usage.completion_tokens);
  },

  async stream() {
    const whole = await client.chat.completions.create(question);
    const stream = await client.chat.completions.create({
      ...question, stream: true, stream_options: { include_usage: true },
    });
    let content = "", usage = null;
    for await (const chunk of stream) {
      content += chunk.choices[0]?.delta.content ?? "";
      usage = chunk.usage ?? usage;
    }
    assert.equal(content, whole.choices[0].message.content);
    assert.deepEqual(usage.completion_tokens, whole.usage.completion_tokens);
    const gathered = await client.chat.completions.stream(question).finalChatCompletion();
    assert.equal(gathered.choices[0].message.content, content);
  },

  async logprobs() {
    const reply = await client.chat.completions.create({ ...question, logprobs: true, top_logprobs: 2 });
    const tokens = reply.choices[0].logprobs.content;
    assert.ok(tokens.length > 0);
    for (const token of tokens) {
      assert.ok(token.logprob <= 0);
      assert.equal(token.top_logprobs.length, 2);
    }
  },

  async errors() {
    await assert.rejects(client.chat.completions.create({ ...question, temperature: -1 }), (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError);
      assert.equal(error.param, "temperature");
      return true;
    });
    await assert.rejects(client.chat.completions.create({ ...question, model: "gpt" }), OpenAI.NotFoundError);
  },

  async completion() {
    const reply = await client.completions.create({ model: "demo", prompt: "17 + 25 =", max_tokens: 5, temperature: 0 });
    assert.equal(reply.object, "text_completion");
    assert.ok(reply.choices[0].text.length > 0);
  },

  // The server behind this one never ends a reply.
  async abort() {
    const controller = new AbortController();
    const stream = await client.chat.completions.create({ ...question, stream: true }, { signal: controller.signal });
    let chunks = 0;
    for await (const _ of stream) {
      if (++chunks === 5) break;
    }
    const waiting = client.chat.completions.create(question, { signal: controller.signal });
    setTimeout(() => controller.abort(), 200);
    await assert.rejects(waiting, OpenAI.APIUserAbortError);
  },

  // The model behind this one always calls the weather of Paris, after a word.
  async tools() {
    const asked = { ...question, tools, tool_choice: "auto" };
    const reply = await client.chat.completions.create(asked);
    assert.equal(reply.choices[0].finish_reason, "tool_calls");
    const [call] = reply.choices[0].message.tool_calls;
    assert.equal(call.function.name, "get_weather");
    assert.deepEqual(JSON.parse(call.function.arguments), { city: "Paris" });

    const gathered = await client.chat.completions.stream(asked).finalChatCompletion();
    assert.deepEqual(
      gathered.choices[0].message.tool_calls.map((each) => each.function.arguments), [call.function.arguments]);
    assert.equal(gathered.choices[0].finish_reason, "tool_calls");

    const answer = { role: "tool", tool_call_id: call.id, content: "Sunny." };
    const second = await client.chat.completions.create({
      ...asked, messages: [...asked.messages, reply.choices[0].message, answer],
    });
    assert.equal(second.choices.length, 1);
  },

  async key() {
    await client.models.list();
    const stranger = new OpenAI({ baseURL, apiKey: "wrong", maxRetries: 0 });
    await assert.rejects(stranger.models.list(), OpenAI.AuthenticationError);
  },
};

await checks[check]();
