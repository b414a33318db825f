/**
 * Kinds of personal data: the 18 of HIPAA's Safe Harbor (45 CFR 164.514(b)(2)), split where they need different
 * treatment, and secrets.
 */
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

/** Kinds usually redacted in a field of work; without a preset all kinds are. */
export const presets: Record<'medical' | 'legal' | 'finance' | 'support', readonly Kind[]> = {
  // All of Safe Harbor, and secrets, which no model needs.
  medical: kinds,
  // Dates and places are part of the facts of a case.
  legal: kinds.filter((kind) => !['date', 'city', 'age', 'biometric', 'photo'].includes(kind)),
  // Dates of payments are the subject of such texts.
  finance: kinds.filter((kind) => !['date', 'city', 'url', 'biometric', 'photo', 'medical_record'].includes(kind)),
  // Links and dates are part of the answers.
  support: kinds.filter((kind) => !['date', 'city', 'url', 'age', 'biometric', 'photo'].includes(kind)),
};

export type Preset = keyof typeof presets;

/** Everything that determines the findings: this package's code, its names and its models. */
export const detectorFolders = ['./', '../assets/'].map((folder) => new URL(folder, import.meta.url).href);
