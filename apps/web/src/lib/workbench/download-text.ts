/** Hands a text to the reader as a file. */
export function downloadText(fileName: string, text: string, mediaType: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: mediaType }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  // the browser has taken the bytes by the next task
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
