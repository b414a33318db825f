"""Asks a server of attune by OpenAI's package for Python, every reply being validated by its types; prints what came."""

import json
import sys

from openai import BadRequestError, NotFoundError, OpenAI

client = OpenAI(base_url=sys.argv[1], api_key="any", max_retries=0, _strict_response_validation=True)
messages = [{"role": "user", "content": "where is parcel 3"}]
asked = {"model": "tiny", "messages": messages, "temperature": 0, "max_tokens": 8}
found = {"models": [model.id for model in client.models.list()]}

whole = client.chat.completions.create(**asked, logprobs=True, top_logprobs=2)
found["tokens"] = len(whole.choices[0].logprobs.content)
found["text"] = whole.choices[0].message.content
chunks = list(client.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True}))
found["streamed"] = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
found["usage"] = chunks[-1].usage.completion_tokens

parameters = {"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"], "additionalProperties": False}
tools = [{"type": "function", "function": {"name": "find", "parameters": parameters}}]
called = client.chat.completions.create(**{**asked, "max_tokens": 120}, tools=tools, tool_choice="required", parallel_tool_calls=False)
found["call"] = called.choices[0].message.tool_calls[0].function.name
found["arguments"] = sorted(json.loads(called.choices[0].message.tool_calls[0].function.arguments))

text = client.completions.create(model="tiny", prompt=["a", "b"], max_tokens=3, logprobs=1)
found["completions"] = [choice.index for choice in text.choices]
found["vector"] = len(client.embeddings.create(model="vectors", input=["fox"], encoding_format="float").data[0].embedding)

response = client.responses.create(model="tiny", input="where", max_output_tokens=16)
found["response"] = response.status
events = [event.type for event in client.responses.create(model="tiny", input="where", max_output_tokens=16, stream=True)]
found["events"] = [events[0], events[-1]]

try:
    client.chat.completions.create(**{**asked, "temperature": 9})
except BadRequestError as error:
    found["bad"] = [error.status_code, error.param, error.request_id is not None]
try:
    client.models.retrieve("gpt-9")
except NotFoundError as error:
    found["missing"] = error.code
print(json.dumps(found))
