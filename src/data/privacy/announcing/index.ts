/** All tables of announcing words: each one file and one line. */
import { words as account } from './account.ts';
import type { Announcing } from './announcing.ts';
import { words as code } from './code.ts';
import { words as device } from './device.ts';
import { words as healthPlan } from './health-plan.ts';
import { words as licence } from './licence.ts';
import { words as medicalRecord } from './medical-record.ts';
import { words as nationalId } from './national-id.ts';
import { words as passport } from './passport.ts';
import { words as vehicle } from './vehicle.ts';

/** Where two announce the same word, the first one's kind counts. */
export const tables: readonly Announcing[] = [
  passport,
  vehicle,
  device,
  healthPlan,
  medicalRecord,
  nationalId,
  licence,
  account,
  code,
];
