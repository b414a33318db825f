/** Parts of manifests for Kubernetes. */
import { FILE_VARIABLE, WORK, type JobPlan } from './job-plan.ts';

export const VOLUME = 'work';

/** Escapes a value in a manifest, where `$(NAME)` would be expanded and `$$` is a dollar sign. */
export function literal(text: string): string {
  return text.replaceAll('$(', '$$$$(');
}

const KEYS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
const PLACES = ['AWS_ENDPOINT_URL_S3', 'AWS_REGION'];

/** The file's text, and the bucket's keys as references to a secret, so that the manifest does not contain them. */
export function environmentOf({ text, secret }: JobPlan): object[] {
  const from = (name: string, isOptional: boolean) => ({
    name,
    valueFrom: { secretKeyRef: { name: secret, key: name, ...(isOptional && { optional: true }) } },
  });
  const keys =
    secret === undefined ? [] : [...KEYS.map((name) => from(name, false)), ...PLACES.map((name) => from(name, true))];
  const home = { name: 'ATTUNE_HOME', value: '/tmp/attune' };
  return [{ name: FILE_VARIABLE, value: literal(text) }, home, ...keys];
}

/** Requests equal limits, so that the pod is not the first to be evicted. */
export function resourcesOf({ cpus, memoryGiB }: JobPlan): object {
  const amounts = { cpu: String(cpus), memory: `${memoryGiB}Gi` };
  return { requests: amounts, limits: { ...amounts } };
}

export function mountsOf({ claim }: JobPlan): { volumeMounts?: object[] } {
  return claim === undefined ? {} : { volumeMounts: [{ name: VOLUME, mountPath: WORK }] };
}

export function volumesOf({ claim }: JobPlan): { volumes?: object[] } {
  return claim === undefined ? {} : { volumes: [{ name: VOLUME, persistentVolumeClaim: { claimName: claim } }] };
}

/** The shell runs the script: the image's own entry point is attune. */
export function commandOf(script: string): { command: string[]; args: string[] } {
  return { command: ['/bin/sh', '-c'], args: [literal(script)] };
}
