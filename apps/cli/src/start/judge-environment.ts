import { isReservedName, readOwnPorts, type SupervisorAsk } from '@agon/inference/supervisor';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * All that the judge service gets of an environment: it talks to servers of strangers, so it holds no secret that it
 * does not need. Keys of providers are asked for one by one, PG* completes the address of the database.
 */
const JUDGE_VARIABLES = [
  /^(PATH|HOME|TMPDIR|TEMP|TMP|LANG|LANGUAGE|LC_[A-Z]+|TZ|SYSTEMROOT|WINDIR)$/i,
  /^(NODE_COMPILE_CACHE|NODE_EXTRA_CA_CERTS|NODE_ENV|SSL_CERT_FILE|SSL_CERT_DIR)$/,
  /^AGON_(DATABASE_URL|ENCRYPTION_KEY|PROVIDER_HOSTS|KEY_VARIABLES|GPU_LIBRARIES|MODEL_MEMORY|MODEL_EP|DEBUG)$/,
  /^PG[A-Z]+$/,
  /^(LD_LIBRARY_PATH|CUDA_[A-Z_]+|NVIDIA_[A-Z_]+|ORT_[A-Z_]+)$/,
];

export function judgeEnvironment(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => JUDGE_VARIABLES.some((pattern) => pattern.test(name))),
  );
}

/**
 * What the supervisor tells the judge service.
 * @param own variables of this process
 * @param services those of the services, as they are now: PORT and AGON_DATABASE_URL say which ports are the arena's
 */
export function judgeAnswers(own: Environment, services: () => Environment): (ask: SupervisorAsk) => unknown {
  return (ask) => {
    if (ask.kind === 'own-ports') return readOwnPorts(services());
    return isReservedName(ask.name) ? null : (own[ask.name] ?? null);
  };
}
