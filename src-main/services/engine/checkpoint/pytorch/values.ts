/** What a pickle can build here. Containers are Maps and arrays: a key named `__proto__` is a key like any other. */
import type { ElementType } from './elements.ts';

export type PyKey = string | bigint | number | boolean | null;

export interface PyDict {
  readonly kind: 'dict';
  readonly entries: Map<PyKey, PyValue>;
}

export interface PyList {
  readonly kind: 'list';
  readonly items: PyValue[];
}

export interface PyTuple {
  readonly kind: 'tuple';
  readonly items: readonly PyValue[];
}

/** What a name of the globals table stands for. */
export type GlobalRole =
  | { readonly is: 'builder'; readonly build: Builder }
  | { readonly is: 'storage'; readonly element: ElementType | null }
  | { readonly is: 'dtype'; readonly element: ElementType }
  /** A class that says nothing about content. */
  | { readonly is: 'type' }
  | { readonly is: 'unknown' };

export interface PyGlobal {
  readonly kind: 'global';
  readonly name: string;
  readonly role: GlobalRole;
}

/** Turns a call's arguments into a value. Nothing outside this folder is ever called. */
export type Builder = (args: readonly PyValue[]) => PyValue;

/** Raw numbers of the file, by key; `element` null is untyped bytes. */
export interface PyStorage {
  readonly kind: 'storage';
  readonly key: string;
  readonly element: ElementType | null;
  /** Elements of the whole storage. */
  readonly numel: bigint;
  /** First element, and number of elements, of the part that is meant. */
  readonly start: bigint;
  readonly length: bigint;
}

export interface PyTensor {
  readonly kind: 'tensor';
  readonly element: ElementType;
  readonly storage: PyStorage;
  /** In elements of the tensor, from the storage's first byte. */
  readonly offset: bigint;
  readonly shape: readonly bigint[];
  readonly stride: readonly bigint[];
}

/** Something that has no meaning here: an object of an unknown class, a device, bytes. Never looked into, never exported. */
export interface PyInert {
  readonly kind: 'inert';
  readonly name: string;
}

export type PyValue =
  string | bigint | number | boolean | null | PyDict | PyList | PyTuple | PyGlobal | PyStorage | PyTensor | PyInert;

export function inert(name: string): PyInert {
  return { kind: 'inert', name };
}

export function isKind<K extends Exclude<PyValue, PyKey>['kind']>(
  value: PyValue | undefined,
  kind: K,
): value is Extract<PyValue, { kind: K }> {
  return typeof value === 'object' && value !== null && value.kind === kind;
}
