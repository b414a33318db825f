/** The addon's exports (native/), which refer to everything by number. Only src/engine/tensor uses it. */
export type TensorId = number;
export type NativeValue = number | boolean | string | bigint | undefined | null | Float64Array | readonly NativeValue[];

export interface NativeArgument {
  name: string;
  /** Type as written in the schema: `Tensor`, `Optional[int]`, `List[int]`, `Optional[ScalarType]`, … */
  type: string;
  hasDefault: boolean;
  /** Keyword-only in the schema. */
  named: boolean;
}

export interface NativeSchema {
  arguments: readonly NativeArgument[];
  returns: readonly NativeArgument[];
  /** In-place operator: returns its first argument. */
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
  /** Bytes currently held by tensors on a device, and the peak since the last call; on `meta`, what they would take. */
  tensorBytes(device: string): number;
  takeTensorPeak(device: string): number;
  /** From now on, also counts memory of devices other than the CPU and `meta`. */
  watchMemory(): void;

  /** Devices that this libtorch can compute on, besides the CPU; `capability` is CUDA's, 80 for 8.0. */
  devices(): { device: string; title: string; capability: number }[];
  /** Kinds of devices that this libtorch was built for. */
  deviceBuild(): string[];
  /** Waits for all pending work on a device. */
  synchronise(device: string): void;
  /** Bytes of the whole device, including other processes'; undefined if unknown. */
  deviceMemory(device: string): [free: number, total: number] | undefined;
  /** A copy on another device. */
  upload(id: TensorId, device: string): TensorId;

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
  /** How often each weight's `.grad` was changed in place; -1 for none. */
  gradVersions(ids: readonly TensorId[]): number[];
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

  /** Connects to the store of a group of processes, or serves it; resolves to the group's handle. */
  openStore(host: string, port: number, serves: boolean, prefix: string, milliseconds: number): Promise<number>;
  /** Waits for all ranks. */
  joinGroup(group: number, rank: number, size: number, joinMilliseconds: number, milliseconds: number): Promise<number>;
  /** Per rank: seconds since the last heartbeat, and the last collective; the last entry is the store's, with -1. */
  groupSigns(group: number): (readonly [seconds: number, collective: number])[];
  /**
   * `gather`: [n] → [size · n]; `exchange`: `numbers` are the sizes sent to and received from each rank, or empty for
   * equal parts; `broadcast`: from rank 0; `send`, `receive`: `numbers` is the other rank.
   */
  beginCollective(
    group: number,
    kind: string,
    ids: readonly TensorId[],
    number: number,
    numbers: readonly number[],
  ): void;
  endCollective(group: number, number: number): Promise<number>;
  /** Whether it has ended, without waiting; if so, `endCollective` must not be called. */
  takeCollective(group: number, number: number): boolean;
  closeGroup(group: number): void;

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
