/** Whether other threads can read a column where it is; one that is absent needs no reading. */
export function isSharedMemory(column: ArrayBufferView | undefined): boolean {
  return column === undefined || column.buffer instanceof SharedArrayBuffer;
}
