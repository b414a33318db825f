import { formatBytes, formatTime } from '../../../base/format.ts';
import type { Colours } from '../../terminal/terminal.ts';
import type { ListedUser } from '../../users/user-models.ts';
import type { TrainedUser } from '../../users/user-models.ts';

const SHOWN = 12;

/** A user's training in one line. */
export function userLine({ user, state, reason }: TrainedUser, colours: Colours): string {
  const paint = state === 'promoted' ? colours.green : state === 'stopped' ? colours.red : colours.bold;
  return `${colours.dim(user.slice(0, SHOWN))}  ${paint(state)}${reason === '' ? '' : `: ${reason}`}`;
}

/** A user's own model in one line. */
export function listedLine(
  { user, shared, version, isTried, reason, bytes, seenAt }: ListedUser,
  colours: Colours,
): string {
  const own = version === undefined || version === 1 ? `answered by ${shared}` : `answered by version ${version}`;
  const trial = isTried ? ', another one is on trial' : '';
  const seen = seenAt === undefined ? '' : `, seen ${formatTime(seenAt)}`;
  return `${colours.dim(user)}  ${own}${trial} (${formatBytes(bytes)}${seen})\n  ${colours.dim(reason)}`;
}
