import { createModelClients } from '@agon/inference';
import { createProviderRules } from '@agon/inference/rules';
import { createKeyVault } from '@agon/inference/vault';
import {
  keyVaultContract,
  modelClientContract,
  modelClientsContract,
  providerRulesContract,
} from '@agon/testkit/contracts';

keyVaultContract(createKeyVault);
providerRulesContract(createProviderRules);

const clients: Parameters<typeof modelClientsContract>[0] = (environment, vault) =>
  createModelClients({
    environment,
    readKey: async (name) => environment[name] ?? null,
    vault: { ...createKeyVault(''), ...vault },
    keyContext: ({ id, baseUrl }) => `${id} ${baseUrl}`,
    ownPorts: async () => [],
    now: () => Date.now(),
  });
modelClientContract((environment) => clients(environment, createKeyVault('')));
modelClientsContract(clients);
