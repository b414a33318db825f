import { endpointFrom } from '../../../scoring/endpoint/endpoint.ts';
import { endpointPredictor } from '../../../scoring/endpoint/endpoint-predictor.ts';
import type { Answered } from '../../../answering/system.ts';
import { expectedText } from '../../../scoring/prompt-text.ts';
import type { Asker } from '../../../answering/prompting/asker.ts';
import { answerWithProgress, type Comparing } from '../comparing.ts';
import { prepareAsking } from './prepare-asking.ts';
import { endpointReflector } from './reflector.ts';
import type { EndpointSpec } from './system-spec.ts';

/** Bytes per token, estimated low so that the longest answer fits. */
const BYTES_PER_TOKEN = 2;
const SPARE = 32;

/** A chat model behind an OpenAI-compatible endpoint. */
export async function answer(spec: EndpointSpec, comparing: Comparing): Promise<Answered[]> {
  const { name, title, kind, url, model, asking } = spec;
  const { keyVariable, ...limits } = spec.limits;
  const maxNewTokens = comparing.maxNewTokens ?? roomInBytes(comparing);
  const endpoint = endpointFrom(url, model, keyVariable);
  const onWait = waitingTeller(title, comparing);
  const predictor = ({ ask }: Asker) => endpointPredictor(name, endpoint, { ...limits, ask, maxNewTokens, onWait });
  const reflect = endpointReflector(endpoint, limits);
  const { asker } = await prepareAsking(asking, { title, predictor, reflect }, comparing);
  const { note } = asker;
  return [await answerWithProgress({ predictor: predictor(asker), title, kind, note }, comparing)];
}

/** Reports each reason for retrying only once. */
function waitingTeller(title: string, { emit }: Comparing): (reason: string) => void {
  const told = new Set<string>();
  return (reason) => {
    if (told.has(reason)) return;
    told.add(reason);
    emit({
      type: 'warning-raised',
      code: 'W_ENDPOINT_WAITS',
      message: `${title} will be retried later: ${reason}`,
    });
  };
}

/** Token limit estimated from bytes, since the endpoint's tokenizer is unknown. */
function roomInBytes({ rows }: Comparing): number {
  const bytes = rows.typical.map((example) => Buffer.byteLength(expectedText(example) ?? ''));
  return Math.ceil(bytes.reduce((most, length) => Math.max(most, length), 0) / BYTES_PER_TOKEN) + SPARE;
}
