import type { TrainingProfile } from '../profile/training-profile.ts';

/** Context of an answer that signals may use. */
export interface SignalContext {
  /** Training profile of the version, if known. */
  profile?: TrainingProfile;
  /** Language of a text that is long enough to detect it. */
  languageOf?: (text: string) => string | undefined;
  /** Whether a user asked a text within the last hour; it records that it is asked now. */
  recent?: { isAgain(user: string, text: string, at: number): boolean };
}
