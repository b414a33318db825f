import type { TrainingProfile } from '../profile/training-profile.ts';

/** Context of an answer that signals may use. */
export interface SignalContext {
  /** Training profile of the version, if known. */
  profile?: TrainingProfile;
  /** Detects the language of a text that is long enough. */
  languageOf?: (text: string) => string | undefined;
  /** Records a request. @returns whether the same user sent it within the last hour */
  recent?: { isAgain(user: string, text: string, at: number): boolean };
}
