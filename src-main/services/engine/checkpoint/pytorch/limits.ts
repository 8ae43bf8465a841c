/** What a checkpoint may ask for. Real ones stay far below: 761 tensors with optimizer state take some 100,000 operations. */
export const LIMITS = {
  /** Bytes of one pickle. */
  pickleBytes: 64 * 1024 * 1024,
  /** Operations of one pickle. */
  operations: 20_000_000,
  /** Values on the machine's stack. */
  stack: 1_000_000,
  /** Estimated bytes of all that a pickle builds; a checkpoint with Adam's state needs 8 MiB. */
  heldBytes: 48 * 1024 * 1024,
  /** How deep containers may lie in one another. */
  depth: 200,
  /** Values that may be met on a walk through what was built: shared ones count each time. */
  visits: 500_000,
  /** Dimensions of a tensor. */
  rank: 16,
  /** Members of a zip. */
  members: 100_000,
  /** All tensors together, written out, against the bytes of the file. */
  expansion: 2,
} as const;
