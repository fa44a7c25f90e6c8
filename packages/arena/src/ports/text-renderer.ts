/** Untrusted text → safe HTML, the same for both slots. The adapter may cache by content. */
export interface TextRenderer {
  render(text: string): { readonly html: string; readonly direction: 'ltr' | 'rtl' | 'auto' };
}
