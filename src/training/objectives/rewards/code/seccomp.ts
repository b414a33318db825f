/** A seccomp filter: no sockets, no mounts, no access to other processes, no rarely used kernel interfaces. */

/** System call numbers: x86-64, arm64. */
const REFUSED: Readonly<Record<string, readonly [number?, number?]>> = {
  socket: [41, 198],
  connect: [42, 203],
  bind: [49, 200],
  listen: [50, 201],
  accept: [43, 202],
  accept4: [288, 242],
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  pidfd_getfd: [438, 438],
  kcmp: [312, 272],
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  move_mount: [429, 429],
  open_tree: [428, 428],
  fsopen: [430, 430],
  setns: [308, 268],
  unshare: [272, 97],
  bpf: [321, 280],
  perf_event_open: [298, 241],
  keyctl: [250, 219],
  add_key: [248, 217],
  request_key: [249, 218],
  userfaultfd: [323, 282],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  kexec_load: [246, 104],
  reboot: [169, 142],
  swapon: [167, 224],
  swapoff: [168, 225],
  acct: [163, 89],
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  adjtimex: [159, 171],
  personality: [135, 92],
  quotactl: [179, 60],
  mknod: [133],
  mknodat: [259, 33],
  execveat: [322, 281],
};

const PROCESSES: Readonly<Record<string, readonly [number?, number?]>> = {
  clone: [56, 220],
  fork: [57],
  vfork: [58],
  clone3: [435, 435],
  execve: [59, 221],
};

/** AUDIT_ARCH of <linux/audit.h>. */
const ARCHITECTURES: Readonly<Record<string, readonly [place: 0 | 1, audit: number]>> = {
  x64: [0, 0xc000003e],
  arm64: [1, 0xc00000b7],
};

const EPERM = 1;
const [LOAD, EQUAL, AT_LEAST, RETURN] = [0x20, 0x15, 0x35, 0x06];
const [ALLOW, FAIL, KILL] = [0x7fff0000, 0x00050000, 0x80000000];
/** On x86-64, the same calls have x32 numbers as well. */
const X32 = 0x40000000;

/** BPF program of the filter for this processor; `processes: false` also forbids new processes and threads. */
export function seccompFilter({ processes }: { processes: boolean }): Buffer | undefined {
  const architecture = ARCHITECTURES[process.arch];
  if (process.platform !== 'linux' || architecture === undefined) return undefined;
  const [place, audit] = architecture;
  const calls = { ...REFUSED, ...(!processes && PROCESSES) };
  const numbers = Object.values(calls).flatMap((both) => both[place] ?? []);
  const last = numbers.length + 4;
  const program = [
    [LOAD, 0, 0, 4],
    [EQUAL, 1, 0, audit],
    [RETURN, 0, 0, KILL],
    [LOAD, 0, 0, 0],
    [AT_LEAST, last - 3, 0, X32],
    ...numbers.map((number, index) => [EQUAL, last - 4 - index, 0, number]),
    [RETURN, 0, 0, ALLOW],
    [RETURN, 0, 0, FAIL | EPERM],
  ];
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, [code, yes, no, value]] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(yes, index * 8 + 2);
    bytes.writeUInt8(no, index * 8 + 3);
    bytes.writeUInt32LE(value >>> 0, index * 8 + 4);
  }
  return bytes;
}
