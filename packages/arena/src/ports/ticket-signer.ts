/** Signs what the browser only carries. `open` gives back what was signed, or null where the signature is not ours. */
export interface TicketSigner {
  sign(payload: string): string;
  open(ticket: string): string | null;
}
