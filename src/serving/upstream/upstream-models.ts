/** Models of this server that another OpenAI-compatible server runs. */
import { AttuneError } from '../../base/errors.ts';
import { endpointFrom } from '../../scoring/endpoint/endpoint.ts';
import type { ServedModel, Upstream } from '../models/model-table.ts';
import { now } from '../schemas/common.ts';
import type { ServeSettings } from '../server-settings.ts';

export type UpstreamModel = ServedModel & { kind: 'upstream'; upstream: Upstream };

/** @throws AttuneError E_SERVE_SETTINGS, E_ENDPOINT_URL, E_ENDPOINT_KEY */
export function upstreamModels({ upstreams }: Pick<ServeSettings, 'upstreams'>): UpstreamModel[] {
  return Object.entries(upstreams).map(([id, { api_base: url, model, api_key_env: variable, timeout }]) => {
    if (variable !== undefined && (process.env[variable] ?? '').trim() === '') throw keyMissing(id, variable);
    // A key is sent only if its variable is configured, whatever the environment contains.
    const endpoint = endpointFrom(url, model, variable ?? '');
    const upstream = { endpoint, seconds: timeout };
    return { id, kind: 'upstream', task: 'causal-lm', target: '', folder: '', bytes: 0, created: now(), upstream };
  });
}

export function isUpstream(model: ServedModel | undefined): model is UpstreamModel {
  return model?.upstream !== undefined;
}

function keyMissing(id: string, variable: string): AttuneError {
  return new AttuneError('E_SERVE_SETTINGS', {
    what: `The upstream ${id} cannot be used`,
    got: `${variable} is not set`,
    fix: `export ${variable}=…, or leave api_key_env out where no key is needed`,
  });
}
