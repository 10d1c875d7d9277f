// A life cycle with adidas-mashery-client (npm): `begin` creates and changes, `end` reads again and deletes. What is not in
// its table of methods is added there.

import { strict as assert } from 'node:assert';
import { createRequire } from 'node:module';

const require = createRequire(`${process.cwd()}/`);
const [phase, host] = process.argv.slice(2);
Object.assign(require('adidas-mashery-client/src/utils/methods'), {
  createMember: { path: '/members', method: 'POST' },
  fetchAllMembers: { path: '/members', method: 'GET' },
  deleteMember: { path: '/members/:id', method: 'DELETE' },
  fetchMemberApplications: { path: '/members/:id/applications', method: 'GET' },
  deleteApplication: { path: '/applications/:id', method: 'DELETE' },
  createPackageKey: { path: '/applications/:id/packageKeys', method: 'POST' },
  updatePlan: { path: '/packages/:packageId/plans/:id', method: 'PUT' },
  deletePlan: { path: '/packages/:packageId/plans/:id', method: 'DELETE' },
});
const MasheryClient = require('adidas-mashery-client');
const api = new MasheryClient({
  host,
  credentials: {
    username: 'fake-user', password: 'fake-password', key: 'fake-key', secret: 'fake-secret',
    scope: '00000000-0000-0000-0000-000000000000',
  },
});

async function begin() {
  await api.authenticate();
  await api.refreshToken();
  const pack = await api.createPackage({
    name: 'ada package', description: 'Of a bulk reader',
    plans: [{ name: 'open', services: [{ id: 'fakeservice0000000000001' }] }],
  });
  const plan = await api.createPlan(pack.id, { name: 'closed', qpsLimitCeiling: 4, status: 'inactive' });
  assert.equal((await api.updatePlan(pack.id, plan.id, { notes: 'For a test', status: 'active' })).status, 'active');
  await api.createPlanService(pack.id, plan.id, { id: 'fakeservice0000000000002' });
  assert.equal((await api.fetchAllPlanServices(pack.id, plan.id)).length, 1);
  assert.equal((await api.updatePackage(pack.id, { nearQuotaThreshold: 60 })).id, pack.id);

  const member = await api.createMember({
    username: 'ada', email: 'ada@example.com', displayName: 'Ada', areaStatus: 'active', applications: [{ name: 'ada shop' }],
  });
  const [application] = await api.fetchMemberApplications(member.id);
  const references = { package: { id: pack.id }, plan: { id: plan.id } };
  const key = await api.createPackageKey(application.id, { ...references, apikey: 'not-a-real-key-ada' });
  assert.equal((await api.updatePackageKey(key.id, { status: 'disabled' })).status, 'disabled');
  await assert.rejects(api.createPackageKey(application.id, { ...references, apikey: 'not-a-real-key-ada' }), /duplicate value/);
  await assert.rejects(api.fetchPackage('missing'), /404/);
}

async function end() {
  // Every field of every level: paths of five parts.
  const fields = { all: true, plans: { all: true, services: { all: true, endpoints: { all: true, methods: true } } } };
  const [pack] = await api.fetchAllPackages({ fields, filter: { name: 'ada package' } });
  assert.deepEqual(pack.plans.map((plan) => plan.name).sort(), ['closed', 'open']);
  assert.ok(pack.plans.every((plan) => plan.services.length === 1));
  const keys = await api.fetchAllPackageKeys({ fields: 'id,apikey,status,limits,package,plan' });
  const [key] = keys.filter((key) => key.apikey === 'not-a-real-key-ada');
  assert.equal(key.status, 'disabled');
  await api.deletePackageKey(key.id);
  for (const plan of pack.plans) {
    await api.deletePlan(pack.id, plan.id);
  }
  await api.deletePackage(pack.id);
  const [member] = await api.fetchAllMembers({ filter: { username: 'ada' } });
  const [application] = await api.fetchMemberApplications(member.id);
  await api.deleteApplication(application.id);
  await api.deleteMember(member.id);
  assert.equal((await api.fetchAllPackages()).some((other) => other.id === pack.id), false);
}

await { begin, end }[phase]();
