import { createHash, randomBytes } from 'node:crypto';
import type { Secrets } from '@agon/arena';

export const nodeSecrets: Secrets = {
  make: () => randomBytes(32).toString('base64url'),
  hash: (secret) => createHash('sha256').update(secret).digest('hex'),
};
