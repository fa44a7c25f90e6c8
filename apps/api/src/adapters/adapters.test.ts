import { renderText } from '@agon/rendering';
import { secretsContract, textRendererContract, ticketSignerContract } from '@agon/testkit/contracts';
import { nodeSecrets } from './node-secrets.ts';
import { cacheRenderer } from './text-renderer.ts';
import { createTicketSigner } from './ticket-signer.ts';

ticketSignerContract(createTicketSigner);
secretsContract(() => nodeSecrets);
textRendererContract(() => cacheRenderer(renderText));
