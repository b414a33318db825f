/** Input and output files of batches. */
import { FileDraft } from '../../files/file-draft.ts';
import { sha256 } from '../../files/hash.ts';
import { readLines, type Line } from '../../files/lines.ts';
import { parseForTemplates } from '@attune/tables';
import { isPlainObject } from '../../base/plain-object.ts';
import { addFile, batchLines, type Batch, type BatchFault, type Registry } from '../../store/registry/index.ts';

export interface BatchRequest {
  /** 0-based index in the file. */
  place: number;
  id: string;
  body: Record<string, unknown>;
}

/** OpenAI's limit on the number of requests. */
const MOST_REQUESTS = 50_000;
const MOST_FAULTS = 100;
const LONGEST_ID = 512;

/** Reads the requests of a validated file. */
export async function* batchRequests(path: string): AsyncGenerator<BatchRequest> {
  let place = 0;
  for await (const { text } of readLines(path)) {
    if (text.trim() === '') continue;
    const { custom_id: id, body } = parseForTemplates(text) as { custom_id: string; body: BatchRequest['body'] };
    yield { place: place++, id, body };
  }
}

/** Counts the requests and lists their defects. */
export async function checkBatchFile(
  path: string,
  endpoint: string,
  mostBytes: number,
): Promise<{ total: number; faults: BatchFault[] }> {
  const faults: BatchFault[] = [];
  const ids = new Set<string>();
  let total = 0;
  for await (const line of readLines(path, { maxBytes: mostBytes })) {
    if (line.defect === undefined && line.text.trim() === '') continue;
    total++;
    const fault = faultOf(line, endpoint, ids);
    if (fault !== undefined) faults.push({ line: line.number, param: null, ...fault });
    if (faults.length >= MOST_FAULTS || total > MOST_REQUESTS) break;
  }
  const whole = { line: null, param: null };
  if (total === 0) faults.push({ ...whole, code: 'empty_file', message: 'The file has no requests.' });
  if (total > MOST_REQUESTS)
    faults.push({ ...whole, code: 'too_many_requests', message: `The file has more than ${MOST_REQUESTS} requests.` });
  return { total, faults };
}

type Fault = Pick<BatchFault, 'code' | 'message'> & { param?: string };

function faultOf({ text, defect }: Line, endpoint: string, ids: Set<string>): Fault | undefined {
  const invalid = (param: string, message: string): Fault => ({ code: 'invalid_request', message, param });
  if (defect !== undefined) return { code: 'invalid_json_line', message: `The line cannot be read: ${defect.reason}.` };
  let row: unknown;
  try {
    row = parseForTemplates(text);
  } catch (error) {
    return { code: 'invalid_json_line', message: `The line is not valid JSON: ${(error as Error).message}.` };
  }
  if (!isPlainObject(row)) return { code: 'invalid_json_line', message: 'The line is not a JSON object.' };
  const { custom_id: id, method, url, body } = row;
  if (typeof id !== 'string' || id === '' || id.length > LONGEST_ID)
    return invalid('custom_id', `custom_id must be a text of 1 to ${LONGEST_ID} characters.`);
  if (ids.has(id)) return { code: 'duplicate_custom_id', message: `custom_id '${id}' is used twice.` };
  ids.add(id);
  if (method !== 'POST') return invalid('method', 'method must be POST.');
  if (url !== endpoint) return invalid('url', `url must be the batch's endpoint, ${endpoint}.`);
  return isPlainObject(body) ? undefined : invalid('body', 'body must be an object.');
}

/** Writes the results or errors of a batch; null if there are none. Idempotent. */
export async function writeBatchFile(registry: Registry, batch: Batch, isOutput: boolean): Promise<string | null> {
  const lines = batchLines(registry, batch.id, isOutput);
  const first = await lines.next();
  if (first.done === true) return null;
  const kind = isOutput ? 'output' : 'error';
  const id = `file-${sha256(`${kind} of ${batch.id}`).slice(0, 24)}`;
  await addFile(registry, id, async (path) => {
    using draft = new FileDraft(path, 0o600);
    draft.write(`${first.value}\n`);
    for await (const line of lines) draft.write(`${line}\n`);
    const hash = draft.commit();
    const { bytes } = draft;
    const created_at = Date.now();
    const { owner, file_seconds: life } = batch;
    const expires_at = life === null ? null : created_at + life * 1000;
    return {
      owner,
      purpose: 'batch_output',
      filename: `${batch.id}_${kind}.jsonl`,
      bytes,
      sha256: hash,
      created_at,
      expires_at,
    };
  });
  return id;
}
