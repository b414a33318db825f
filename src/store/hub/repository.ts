import { withArticle } from '../../base/articles.ts';
import { AttuneError } from '../../base/errors.ts';

export type RepositoryKind = 'model' | 'dataset';

/** A repository on the hub at a revision. */
export interface Repository {
  kind: RepositoryKind;
  /** `owner/name`, or just `name` for the oldest models. */
  name: string;
  /** Branch, tag or commit. */
  revision: string;
}

const PART = /^[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9_])?$/;

/** Whether a text has the form of a repository's name: `owner/name`. */
export function isRepositoryName(text: string): boolean {
  const parts = text.split('/');
  return parts.length === 2 && parts.every((part) => part.length <= 96 && PART.test(part) && !/--|\.\./.test(part));
}

/** Branches and tags may contain slashes; each part becomes a path component in the cache. */
function isRevision(text: string): boolean {
  return !text.includes('..') && text.split('/').every((part) => /^[\w-][\w.-]*$/.test(part));
}

/** `owner/name`, or `owner/name@revision`. @throws E_HUB_NAME */
export function parseRepository(text: string, kind: RepositoryKind): Repository {
  const [name, revision = 'main', ...rest] = text.split('@');
  if (rest.length === 0 && isRepositoryName(name) && isRevision(revision)) {
    return { kind, name, revision };
  }
  throw new AttuneError('E_HUB_NAME', {
    what: `"${text}" is not a valid name of ${withArticle(kind)} on the hub`,
    expected: 'owner/name, or owner/name@revision',
  });
}
