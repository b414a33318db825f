/** Personal data in rows: found, replaced, counted. */
export { Audit, type AuditCase, type KindCounts } from './audit.ts';
export { canaryRow, makeCanaries, plantings, type Canary } from './canaries.ts';
export { isOwnRecogniser, OWN_RECOGNISER, ownRecognisers, type OwnRecogniser } from './custom.ts';
export { Detector, type Finding } from './detector.ts';
export { readLanguage, type Language } from './language.ts';
export { kinds, presets, type Kind, type Preset } from './kinds.ts';
export { Redactor, type OpenedRow, type RedactionCounts } from './redactor.ts';
export { readVault, restoreTags, writeVault } from './vault.ts';
