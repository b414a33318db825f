/** All shapes. Each has one file and one line here. */
import type { Recogniser } from '../recogniser.ts';
import { recogniser as card } from './card.ts';
import { court, handle, placed, postcode } from './code.ts';
import { dayAndMonth, figures, named } from './date.ts';
import { imei, mac } from './device.ts';
import { recogniser as email } from './email.ts';
import { fingerprint, orcid } from './fingerprint.ts';
import { recogniser as iban } from './iban.ts';
import { recogniser as ip } from './ip.ts';
import { recogniser as phone } from './phone.ts';
import { recogniser as plate } from './plate.ts';
import { setting, token } from './secret.ts';
import { host, recogniser as url } from './url.ts';
import { recogniser as vin } from './vin.ts';

export const shapes: readonly Recogniser[] = [
  email,
  url,
  host,
  ip,
  iban,
  card,
  mac,
  imei,
  vin,
  token,
  setting,
  fingerprint,
  orcid,
  figures,
  named,
  dayAndMonth,
  phone,
  plate,
  court,
  postcode,
  placed,
  handle,
];
