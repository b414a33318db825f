/** Errors of an S3 server or the network. */
import { AttuneError } from '../../base/errors.ts';
import { withoutCredentials } from '../../base/secrets.ts';
import { isStoreAway } from '../postgres-failure.ts';
import { shownS3, type S3Place } from './s3-url.ts';

interface Failure {
  code: AttuneError['code'];
  /** Description of the failure, without the location. */
  what: string;
  fix: string;
}

const KEYS = 'check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or the profile of ~/.aws';

const CREDENTIALS: Failure = { code: 'E_OBJECTS_CREDENTIALS', what: 'Invalid credentials for', fix: KEYS };
const DENIED: Failure = {
  code: 'E_OBJECTS_DENIED',
  what: 'Missing permissions for',
  fix: 'allow s3:ListBucket, s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload there',
};
const UNREACHABLE: Failure = {
  code: 'E_OBJECTS_UNREACHABLE',
  what: 'No response from',
  fix: 'check the endpoint (AWS_ENDPOINT_URL_S3), the network and the proxy; then try again',
};
const REGION: Failure = {
  code: 'E_OBJECTS_REGION',
  what: 'Wrong region for',
  fix: 'set AWS_REGION to the region of the bucket',
};

/** By the error names of servers and the client. */
const FAILURES: Readonly<Record<string, Failure>> = {
  NoSuchBucket: {
    code: 'E_OBJECTS_BUCKET',
    what: 'No such bucket:',
    fix: 'create the bucket, or correct its name in ATTUNE_OBJECTS',
  },
  NoSuchKey: {
    code: 'E_OBJECT_MISSING',
    what: 'Missing object in',
    fix: 'to move what was stored before ATTUNE_OBJECTS was set: `attune store move --to s3://…`',
  },
  InvalidRange: {
    code: 'E_OBJECT_CHANGED',
    what: 'Truncated object in',
    fix: 'restore it from a backup, or upload or register it again',
  },
  InvalidAccessKeyId: CREDENTIALS,
  SignatureDoesNotMatch: CREDENTIALS,
  ExpiredToken: CREDENTIALS,
  InvalidToken: CREDENTIALS,
  RequestTimeTooSkewed: {
    ...CREDENTIALS,
    what: 'Request time rejected by',
    fix: 'correct the clock of this machine',
  },
  CredentialsProviderError: { ...CREDENTIALS, what: 'No credentials for' },
  AccessDenied: DENIED,
  AllAccessDisabled: DENIED,
  AuthorizationHeaderMalformed: REGION,
  PermanentRedirect: REGION,
  IllegalLocationConstraintException: REGION,
};

/** The error for users, without parts of the signed request. */
export function s3Failure(error: unknown, place: S3Place, key?: string): AttuneError {
  if (error instanceof AttuneError) return error;
  const {
    name,
    message,
    $metadata: { httpStatusCode: status } = {},
  } = error as Error & {
    $metadata?: { httpStatusCode?: number };
  };
  const known = Object.hasOwn(FAILURES, name) ? FAILURES[name] : byStatus(error, status);
  const got = [...(status === undefined ? [] : [`status ${status}`]), name, withoutCredentials(message)].join(': ');
  return new AttuneError(known.code, {
    what: `${known.what} ${shownS3(place)}${key === undefined ? '' : ` (${key})`}`,
    got: got.split('\n', 1)[0],
    fix: known.fix,
  });
}

function byStatus(error: unknown, status: number | undefined): Failure {
  if ((error as Error).message?.includes('Region is missing')) return REGION;
  if (status === 403) return DENIED;
  if (status === undefined || isBroken(error)) return UNREACHABLE;
  return { code: 'E_OBJECTS', what: 'Error from', fix: "see the server's message; then try again" };
}

/** Whether a transfer was interrupted: received bytes are kept, and the rest is requested. */
export function isBroken(error: unknown): boolean {
  const { code = '', name } = error as NodeJS.ErrnoException;
  return (
    /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOST|ENET|EAI|ERR_STREAM_PREMATURE|ERR_SSL|CERT)/.test(code) ||
    name === 'TimeoutError'
  );
}

/** Whether the failure may be temporary: bucket or database are unavailable, which is not the request's fault. */
export function isStoreFailure(error: unknown): boolean {
  return isStoreAway(error) || (error instanceof AttuneError && error.code.startsWith('E_OBJECTS'));
}

/** Whether content is lost or corrupt, so that retrying cannot help. */
export function isObjectLost({ code }: { code: string }): boolean {
  return code === 'E_OBJECT_MISSING' || code === 'E_OBJECT_CHANGED';
}
