/**
 * How the C library of an engine process deals with memory. A training step asks for a gigabyte in thousands of pieces, gives it
 * back, and asks again: by default each large piece comes from the system anew, page by page, and goes back to it.
 *
 * With glibc (Linux), freed memory can stay in the process for its next use, in pages of 2 MB: TensorFlow's step then takes a bit
 * more than half the time, and on `cpu` ONNX Runtime's own pool is not needed, which rounds up to powers of two and shares
 * nothing with the arrays of JavaScript. Other systems go on as they are.
 */
const SETTINGS = [
  // Nothing large gets a mapping of its own, and the end of the heap stays, however much of it is free.
  'glibc.malloc.mmap_max=0',
  'glibc.malloc.trim_threshold=17179869184',
  // Asks for huge pages where the system leaves that to the program.
  'glibc.malloc.hugetlb=1',
];

/** Variables of a process that trains. It never gives memory back: it should end when it is done. */
export function memoryEnvironment(present = process.env['GLIBC_TUNABLES']): Readonly<Record<string, string>> {
  if (process.platform !== 'linux') return {};
  return { GLIBC_TUNABLES: [...(present ? [present] : []), ...SETTINGS].join(':') };
}

/** Whether this process was started with them. */
export function keepsMemory(): boolean {
  return (process.env['GLIBC_TUNABLES'] ?? '').includes(SETTINGS.join(':'));
}
