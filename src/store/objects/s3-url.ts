import { AttuneError } from '../../base/errors.ts';

/** A bucket and a prefix in it. */
export interface S3Place {
  bucket: string;
  /** Ends in a slash unless it is empty. */
  prefix: string;
  endpoint?: string;
  region?: string;
  /** Whether the bucket is in the path of URLs rather than in the host. */
  isPathStyle: boolean;
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^[\w.=/-]*$/;

export function isBucketUrl(text: string): boolean {
  return /^s3:/i.test(text);
}

/**
 * `s3://BUCKET/PREFIX?endpoint=https://minio.example.org&region=eu-central-1&path_style=true`. Missing parts come
 * from AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL and AWS_REGION. @throws AttuneError E_OBJECTS_URL, without secrets
 */
export function parseS3Url(text: string, name: string, env: NodeJS.ProcessEnv = process.env): S3Place {
  const url = URL.parse(text);
  if (url?.protocol !== 's3:') throw refused(name, 'is not a bucket address');
  if (url.username !== '' || url.password !== '') {
    const fix = 'put keys into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or ~/.aws/credentials';
    throw refused(name, 'contains a user or password', fix);
  }
  if (url.port !== '') throw refused(name, 'contains a port', 'set the server with ?endpoint=http://HOST:PORT');
  if (url.hash !== '') throw refused(name, 'contains a #');
  const { searchParams: query, hostname: bucket } = url;
  const unknown = [...query.keys()].find((key) => !['endpoint', 'region', 'path_style'].includes(key));
  if (unknown !== undefined) throw refused(name, `has an unknown setting: ${unknown}`);
  if (!BUCKET.test(bucket)) throw refused(name, `has an invalid bucket name: "${bucket.slice(0, 70)}"`);
  const path = url.pathname.replaceAll(/^\/+|\/+$/g, '');
  if (!PREFIX.test(path) || path.split('/').includes('..'))
    throw refused(name, 'has a prefix with characters other than letters, digits and . _ = / -');
  const endpoint = endpointOf(query.get('endpoint') ?? env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL, name);
  const region = query.get('region') ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  return {
    bucket,
    prefix: path === '' ? '' : `${path}/`,
    ...(endpoint !== undefined && { endpoint }),
    // Servers other than Amazon's accept any region.
    ...((region ?? endpoint) !== undefined && { region: region ?? 'us-east-1' }),
    isPathStyle: pathStyleOf(query.get('path_style'), name) ?? endpoint !== undefined,
  };
}

/** Address for display. */
export function shownS3({ bucket, prefix, endpoint }: S3Place): string {
  return `s3://${bucket}/${prefix}${endpoint === undefined ? '' : ` at ${endpoint}`}`;
}

function endpointOf(text: string | undefined, name: string): string | undefined {
  if (text === undefined || text === '') return undefined;
  const url = URL.parse(text);
  const isWeb = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  if (!isWeb) throw refused(name, 'has an endpoint that is not a URL', 'such as https://minio.example.org');
  return url.href.replace(/\/$/, '');
}

function pathStyleOf(text: string | null, name: string): boolean | undefined {
  if (text === null) return undefined;
  if (text === 'true' || text === 'false') return text === 'true';
  throw refused(name, 'has a path_style that is neither true nor false');
}

function refused(name: string, what: string, fix?: string): AttuneError {
  return new AttuneError('E_OBJECTS_URL', {
    what: `${name} ${what}`,
    expected: 's3://BUCKET/PREFIX, with ?endpoint=URL&region=NAME&path_style=true if they differ from AWS_…',
    ...(fix !== undefined && { fix }),
  });
}
