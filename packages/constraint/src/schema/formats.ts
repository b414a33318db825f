/** Registry of string formats: each is a regular expression that matches every value of the format as a whole. */
import { table } from '@attune/base/table';

const YEAR_MONTH_DAY = [
  String.raw`\d{4}-(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])`,
  String.raw`\d{4}-(?:0[469]|11)-(?:0[1-9]|[12]\d|30)`,
  String.raw`\d{4}-02-(?:0[1-9]|1\d|2[0-8])`,
  // 29 February in leap years only.
  String.raw`(?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29`,
].join('|');
const TIME = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)`;
// Four labels of 62 characters stay below the limit of 253 for host names.
const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,60}[a-zA-Z0-9])?';
const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const URI_CHARACTER = "(?:[a-zA-Z0-9._~!$&'()*+,;=:@-]|%[0-9a-fA-F]{2})";
const HEXTET = '[0-9a-fA-F]{1,4}';

export const formats: Readonly<Record<string, string>> = table({
  // RFC 3339; no leap seconds.
  date: YEAR_MONTH_DAY,
  time: TIME,
  'date-time': `(?:${YEAR_MONTH_DAY})T${TIME}`,
  // ISO 8601 durations as in RFC 3339, appendix A.
  duration: String.raw`P(?:\d+W|(?:\d+Y(?:\d+M(?:\d+D)?)?|\d+M(?:\d+D)?|\d+D)(?:T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S))?|T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S))`,
  // RFC 5321 without quoted names and address literals.
  email: `[a-zA-Z0-9_+-]+(?:\\.[a-zA-Z0-9_+-]+)*@${LABEL}(?:\\.${LABEL}){1,3}`,
  hostname: `${LABEL}(?:\\.${LABEL}){0,3}`,
  uuid: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}',
  ipv4: `${OCTET}(?:\\.${OCTET}){3}`,
  // In full, or with one run of zeros omitted at the start or the end.
  ipv6: `${HEXTET}(?::${HEXTET}){7}|(?:${HEXTET}:){1,6}:|::(?:${HEXTET}:){0,5}${HEXTET}|::`,
  // RFC 3986 with a host name, without user and bracketed addresses.
  uri:
    `[a-z][a-z0-9+.-]*://${LABEL}(?:\\.${LABEL}){0,3}(?::\\d{1,4})?(?:/${URI_CHARACTER}*)*(?:\\?(?:` +
    `${URI_CHARACTER}|[/?])*)?(?:#(?:${URI_CHARACTER}|[/?])*)?`,
});
