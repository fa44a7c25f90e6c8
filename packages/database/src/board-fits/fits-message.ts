import type { BoardAnswer, BoardAnswers, BoardQuestion } from '@agon/arena';
import type { CampaignId } from '@agon/domain';
import type { ErrorMessage } from '../error-message.ts';

export type FitsRequest = {
  readonly id: number;
  readonly campaign: CampaignId;
  readonly question: BoardQuestion;
};
export type FitsReply = { readonly id: number } & (
  | { readonly answer: Omit<BoardAnswer<keyof BoardAnswers>, 'pairs'> }
  | { readonly error: ErrorMessage }
  // after the answer of a board
  | { readonly pairs: Uint8Array<ArrayBuffer> }
);
/** To the thread: end. */
export const END = 'end';
