/** Users' own models as commands report them. */
import type { PersonalFindings } from '../../jobs/personal/personal.ts';
import type { State } from '../improve/improvement-decisions.ts';

export interface TrainedUser {
  /** Pseudonym of the user. */
  user: string;
  state: State | 'evicted';
  /** Reason for waiting, or of the last decision. */
  reason: string;
  /** Figures of this call's training. */
  findings?: PersonalFindings;
}

export interface TrainedUsers {
  model: string;
  /** Version of the shared model that they start from. */
  version: number;
  users: TrainedUser[];
}

export interface ListedUser {
  /** Pseudonym of the user. */
  user: string;
  /** Version of the shared model that it starts from: `support@3`. */
  shared: string;
  /** Its name in the registry: for `attune models history`, `promote` and `rollback`. */
  model: string;
  /** Version that answers; 1 is the shared model. Absent if there is none. */
  version?: number;
  /** Whether a version is on trial. */
  isTried: boolean;
  state: State;
  /** Reason of the last decision. */
  reason: string;
  /** Figures of the last training. */
  findings?: PersonalFindings;
  bytes: number;
  /** Milliseconds since the epoch. */
  seenAt?: number;
}
