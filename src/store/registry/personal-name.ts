/** Names of users' own models: each belongs to one version of a shared model, and is obsolete with the next version. */
const MARK = ':user:';

export interface PersonalModel {
  /** Version of the shared model: `support@3`. */
  shared: string;
  /** Pseudonym of the user. */
  owner: string;
}

/** `support:3:user:0f3a…` */
export function personalName({ shared, owner }: PersonalModel): string {
  const at = shared.lastIndexOf('@');
  return `${shared.slice(0, at)}:${shared.slice(at + 1)}${MARK}${owner}`;
}

/** Undefined for models that are not a user's own. */
export function readPersonalName(name: string): PersonalModel | undefined {
  const [, model, version, owner] = /^(.+):(\d+):user:([0-9a-f]{32})$/.exec(name) ?? [];
  return owner === undefined ? undefined : { shared: `${model}@${version}`, owner };
}
