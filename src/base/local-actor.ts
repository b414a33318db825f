import { userInfo } from 'node:os';

/** Who acts, as the audit log names them: the user of this machine. */
export function localActor(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user without a name.
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}
