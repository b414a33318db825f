/** Kinds of personal data: the 18 of HIPAA's Safe Harbor (45 CFR 164.514(b)(2)), divided where the remedy differs, and secrets. */
export const kinds = [
  'name',
  'address',
  'city',
  'postcode',
  'date',
  'age',
  'phone',
  'fax',
  'email',
  'national_id',
  'medical_record',
  'health_plan',
  'account',
  'iban',
  'card',
  'passport',
  'licence',
  'vin',
  'plate',
  'device',
  'url',
  'ip',
  'biometric',
  'photo',
  'code',
  'secret',
] as const;

export type Kind = (typeof kinds)[number];

/** What fields of work usually take out. All remain where a preset is not named. */
export const presets: Record<'medical' | 'legal' | 'finance' | 'support', readonly Kind[]> = {
  // Safe Harbor whole, and secrets, which help nobody.
  medical: kinds,
  // Dates and places carry the case.
  legal: kinds.filter((kind) => !['date', 'city', 'age', 'biometric', 'photo'].includes(kind)),
  // Dates of payments are what such texts are about.
  finance: kinds.filter((kind) => !['date', 'city', 'url', 'biometric', 'photo', 'medical_record'].includes(kind)),
  // Links and dates are part of the answers.
  support: kinds.filter((kind) => !['date', 'city', 'url', 'age', 'biometric', 'photo'].includes(kind)),
};

export type Preset = keyof typeof presets;

/** What decides what is found: this package's code, the names that it knows, and what it has learnt. */
export const detectorFolders = ['./', '../assets/'].map((folder) => new URL(folder, import.meta.url).href);
