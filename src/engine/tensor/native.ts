/** The addon's exports (native/): everything by number, nothing by object. Only src/engine/tensor talks to it. */
export type TensorId = number;
export type NativeValue = number | boolean | string | bigint | undefined | null | Float64Array | readonly NativeValue[];

export interface NativeArgument {
  name: string;
  /** The type as the schema writes it: `Tensor`, `Optional[int]`, `List[int]`, `Optional[ScalarType]`, … */
  type: string;
  hasDefault: boolean;
  /** Keyword-only in the schema. */
  named: boolean;
}

export interface NativeSchema {
  arguments: readonly NativeArgument[];
  returns: readonly NativeArgument[];
  /** In place: gives back its first argument. */
  returnsSelf: boolean;
}

export interface Native {
  find(name: string, overload: string): number | undefined;
  call(handle: number, ...values: NativeValue[]): NativeValue;
  schema(handle: number): string;
  describe(handle: number): NativeSchema;
  names(): string[];

  shape(id: TensorId): number[];
  strides(id: TensorId): number[];
  dtype(id: TensorId): number;
  device(id: TensorId): string;
  item(id: TensorId): number;
  isLive(id: TensorId): boolean;
  release(id: TensorId): void;
  own(id: TensorId): void;
  alias(id: TensorId): TensorId;
  enterScope(): number;
  leaveScope(mark: number, keep: readonly TensorId[]): void;
  depth(): number;
  live(): number;
  /** Bytes that tensors of a device hold now, and the most that they have held since this was last asked; on `meta` what they would. */
  tensorBytes(device: 'cpu' | 'meta'): number;
  takeTensorPeak(device: 'cpu' | 'meta'): number;

  fromArray(array: NodeJS.TypedArray, shape: readonly number[], dtype: number): TensorId;
  toBytes(id: TensorId): ArrayBuffer;
  map(path: string): number;
  unmap(mapping: number): void;
  allocate(bytes: number): number;
  fromMapping(mapping: number, offset: number, shape: readonly number[], dtype: number): TensorId;

  setGradMode(enabled: boolean): boolean;
  setRequiresGrad(id: TensorId, value: boolean): void;
  requiresGrad(id: TensorId): boolean;
  gradOf(id: TensorId): TensorId | undefined;
  setGrad(id: TensorId, gradient: TensorId | undefined): void;
  backward(
    outputs: readonly TensorId[],
    gradOutputs: readonly (TensorId | undefined)[] | undefined,
    retain: boolean,
  ): void;
  grad(
    outputs: readonly TensorId[],
    inputs: readonly TensorId[],
    gradOutputs: readonly (TensorId | undefined)[] | undefined,
    ...flags: [retain: boolean, createGraph: boolean, allowUnused: boolean]
  ): (TensorId | undefined)[];

  profileStart(): void;
  profileEnter(name: string): void;
  profileLeave(): void;
  profileStop(): [names: string[], spans: ArrayBuffer];

  setThreads(count: number): void;
  threads(): number;
  version(): string;
  cpuCapability(): string;
  configuration(): string;
  hasMkl(): boolean;
  residentBytes(): number;
  trimMemory(): void;
  leaveAtOnce(): void;
}
