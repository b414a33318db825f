export { backward, enableGrad, grad, noGrad, type BackwardOptions, type GradOptions } from './autograd.ts';
export {
  currentDevice,
  deviceMemory,
  devicesHere,
  multipliesBf16,
  synchronise,
  type DeviceFacts,
  type DeviceMemory,
} from './device.ts';
export { dtypeBytes, isFloating, wideType, type DType, type NumericArray } from './dtype.ts';
export { engine, setThreads } from './engine.ts';
export { engineIdentity } from './identity.ts';
export { aten, attune, readyList } from './operators.ts';
export { detectLeaks, inScope, liveTensors, scope } from './scope.ts';
export {
  arange,
  cat,
  empty,
  fromArray,
  full,
  ones,
  stack,
  Tensor,
  tensor,
  zeros,
  type FactoryOptions,
  type Scalar,
  type Shape,
} from './tensor.ts';
export { settled } from './settled.ts';
export { span, startProfile, stopProfile, type Span } from './operator-profile.ts';
export { readSafetensorsHeader, SafetensorsFile, writeSafetensors } from './safetensors.ts';
