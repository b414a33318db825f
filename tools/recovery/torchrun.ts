/** torchrun for Debian's Python, which builds libtorch without libuv: creates the store without it. */
export const torchrunProgram = [
  'import sys',
  'import torch.distributed as dist',
  'from torch.distributed import run',
  'start = dist.TCPStore.__init__',
  'dist.TCPStore.__init__ = lambda self, *given, **named: start(self, *given, **{**named, "use_libuv": False})',
  'run.main(sys.argv[1:])',
  '',
].join('\n');
