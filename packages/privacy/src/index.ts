/** Personal data in rows: finds, replaces and counts it. */
export { Audit, type AuditCase, type KindCounts, type LabelledSpan } from './audit.ts';
export { canaryRow, makeCanaries, plantings, type Canary } from './canaries.ts';
export { isOwnRecogniser, OWN_RECOGNISER, ownRecognisers, type OwnRecogniser } from './custom.ts';
export { Detector, type Finding } from './detector.ts';
export { kindOfLabel } from './label-names.ts';
export { readLanguage, type Language } from './language.ts';
export { kinds, presets, type Kind, type Preset } from './kinds.ts';
export type { Recogniser } from './recogniser.ts';
export { Redactor, type OpenedRow, type RedactionCounts } from './redactor.ts';
export { readVault, restoreTags, writeVault } from './vault.ts';
