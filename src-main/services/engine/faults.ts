/**
 * Faults that tests inject into the real process, each at a named point of the code: POSTER_VAR_FAULTS="step-nan@5" makes the
 * fifth passing of that point go wrong. Only a test run (NODE_ENV=test) under Node listens to it; the application never does.
 */

/**
 * In a training step, `step-nan`: its loss is no number; `step-memory`: memory runs out; `step-lost`: the device is lost;
 * `step-kill`: the process is killed. `checkpoint-full`: the disk is full; `checkpoint-kill`: the process is killed while a file is
 * written, before it has its name, or after, three passings a file. Elsewhere, `graph-broken`: the runtime is given half of a
 * graph; `run-memory`, `run-lost`: likewise in a forward pass.
 */
export const FAULT_POINTS = [
  ...(['step-nan', 'step-memory', 'step-lost', 'step-kill', 'checkpoint-full', 'checkpoint-kill'] as const),
  ...(['graph-broken', 'run-memory', 'run-lost'] as const),
] as const;
export type FaultPoint = (typeof FAULT_POINTS)[number];

const isListening = process.env['NODE_ENV'] === 'test' && !('electron' in process.versions);
const passed = new Map<FaultPoint, number>();

/** Whether the fault is due now; each call is one passing of the point. */
export function faultAt(point: FaultPoint): boolean {
  if (!isListening) return false;
  const wanted = (process.env['POSTER_VAR_FAULTS'] ?? '').split(',').filter((one) => one.startsWith(`${point}@`));
  if (wanted.length === 0) return false;
  const count = (passed.get(point) ?? 0) + 1;
  passed.set(point, count);
  return wanted.includes(`${point}@${count}`);
}
