import { isJson } from '../../files/json.ts';
import type { ToolCall, ToolSchema } from '../../models/text/message.ts';
import { describeValue, isObject, parseStructure, type RowReader } from './row-reader.ts';

/** The row's tool schemas, from `tools` or OpenAI's older `functions`; undefined if none. */
export function readTools(row: RowReader): ToolSchema[] | undefined {
  const column = row.has('tools') || !row.has('functions') ? 'tools' : 'functions';
  return checkTools(row, column, row.json(column));
}

/** Tool schemas as OpenAI writes them: `{ type: "function", function: { name, … } }`. */
export function checkTools(row: RowReader, path: string, value: unknown): ToolSchema[] | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (!Array.isArray(value)) return row.problem(path, `must be a list of tools, not ${describeValue(value)}`);
  const tools = value.map((tool, index) => readTool(row, `${path}[${index}]`, tool));
  return tools.length === 0 ? undefined : tools.filter((tool) => tool !== undefined);
}

function readTool(row: RowReader, path: string, given: unknown): ToolSchema | undefined {
  const value = typeof given === 'string' ? parseStructure(given) : given;
  if (!isObject(value)) return row.problem(path, `must be a tool's schema, not ${describeValue(value)}`);
  const schema = isObject(value.function) ? value.function : value;
  if (typeof schema.name !== 'string' || schema.name === '') {
    return row.problem(`${path}.function.name`, `must name the tool, not ${describeValue(schema.name)}`);
  }
  // Bare schemas, as in ShareGPT files and OpenAI's older `functions`, are wrapped.
  return schema === value ? { type: 'function', function: value } : value;
}

/** `tool_calls` of one assistant turn. */
export function readToolCalls(row: RowReader, path: string, value: unknown): ToolCall[] | undefined {
  if (!Array.isArray(value)) return row.problem(path, `must be a list of calls, not ${describeValue(value)}`);
  const calls = value.map((call, index) => readToolCall(row, `${path}[${index}]`, call));
  return calls.includes(undefined) ? undefined : (calls as ToolCall[]);
}

function readToolCall(row: RowReader, path: string, value: unknown): ToolCall | undefined {
  if (!isObject(value)) return row.problem(path, `must be a call, not ${describeValue(value)}`);
  const call = isObject(value.function) ? value.function : value;
  if (typeof call.name !== 'string' || call.name === '') {
    return row.problem(`${path}.function.name`, `must name the tool, not ${describeValue(call.name)}`);
  }
  // OpenAI's arguments are JSON text. They stay text, since templates differ in how they render them.
  const given = call.arguments === '' ? '{}' : (call.arguments ?? {});
  if (typeof given === 'string' && !isJson(given)) {
    return row.problem(`${path}.function.arguments`, 'is not valid JSON', 'write the arguments as a JSON object');
  }
  const id = typeof value.id === 'string' ? { id: value.id } : {};
  return { ...id, type: 'function', function: { name: call.name, arguments: given } };
}
