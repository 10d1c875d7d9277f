// A life cycle with mashery-client (npm): `begin` creates and changes, `end` reads again and deletes. Users, applications
// and new keys are not in its table of methods: they are sent with its own HTTP client and its own token.

import { strict as assert } from 'node:assert';
import { createRequire } from 'node:module';

const require = createRequire(`${process.cwd()}/`);
const [phase, url] = process.argv.slice(2);
const client = require('mashery-client').init({
  user: 'fake-user', pass: 'fake-password', key: 'fake-key', secret: 'fake-secret',
  areaUuid: '00000000-0000-0000-0000-000000000000', host: url,
});

function answered(data, response, what) {
  assert.equal(response.statusCode, 200, `${what}: ${response.statusCode} ${JSON.stringify(data)}`);
  return data;
}

const call = (method, args) =>
  new Promise((resolve) => client.methods[method](args, (data, response) => resolve(answered(data, response, method))));

const send = (verb, path, data) => {
  const headers = { Authorization: `Bearer ${client.getAccessToken()}`, 'Content-Type': 'application/json' };
  return new Promise((resolve) =>
    client[verb](`${url}/v3/rest${path}`, { headers, data }, (data, response) => resolve(answered(data, response, path))));
};

async function begin() {
  assert.ok((await call('fetchAllRoles', {})).some((role) => role.name === 'Member'));
  const plans = [{ name: 'basic', maxNumKeysAllowed: 3 }];
  const pack = await call('createPackage', { data: { name: 'mia package', plans } });
  const packageId = pack.id;
  const plan = await call('createPlan', { path: { packageId }, data: { name: 'extra', rateLimitExempt: true } });
  assert.equal(plan.rateLimitExempt, true);
  const path = { packageId, planId: plan.id };
  await call('createPlanService', { path, data: { id: 'fakeservice0000000000001' } });
  assert.equal((await call('fetchAllPlanServices', { path })).length, 1);
  const changed = await call('updatePackage', { path: { id: packageId }, data: { description: 'Changed' } });
  assert.equal(changed.description, 'Changed');
  const read = await call('fetchAllPlans', { path: { packageId }, parameters: { fields: 'id,name', sort: 'name' } });
  assert.deepEqual(read.map((plan) => plan.name), ['basic', 'extra']);

  const member = await send('post', '/members', {
    username: 'mia', email: 'mia@example.com', displayName: 'Mia', areaStatus: 'active', applications: [{ name: 'mia shop' }],
  });
  const [application] = await send('get', `/members/${member.id}/applications`);
  const references = { package: { id: packageId }, plan: { id: plan.id } };
  const key = await send('post', `/applications/${application.id}/packageKeys`, references);
  const limited = await call('updatePackageKey', { path: { id: key.id }, data: { qpsLimitCeiling: 1 } });
  assert.equal(limited.qpsLimitCeiling, 1);
}

async function end() {
  const named = { fields: 'id,name', filter: 'name:mia package' };
  const [{ id: packageId }] = await call('fetchAllPackages', { parameters: named });
  const keys = await call('fetchAllPackageKeys', { parameters: { fields: 'id,package.id', limit: 1000 } });
  for (const { id } of keys.filter((key) => key.package.id === packageId)) {
    assert.equal((await call('fetchPackageKey', { path: { id } })).status, 'active');
    await call('deletePackageKey', { path: { id } });
  }
  for (const plan of await call('fetchAllPlans', { path: { packageId } })) {
    await send('delete', `/packages/${packageId}/plans/${plan.id}`);
  }
  await call('deletePackage', { path: { id: packageId } });
  const [{ id, applications }] = await send('get', '/members?filter=username:mia&fields=id,applications.id');
  await send('delete', `/applications/${applications[0].id}`);
  await send('delete', `/members/${id}`);
}

await { begin, end }[phase]();
