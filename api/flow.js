// The calls of the interface in an order that works: what one makes, later ones read and end. `{{name}}` is what an earlier answer set.
// Every call of the interface stands here, or in `leftOut` with the reason.

const node = { node_id: '{{node_id}}' };
const digest = 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9';

/** Of calls that a collection cannot make, why not. */
exports.leftOut = {
    'get /stream': 'it never ends; api/check looks at its first event instead',
};

exports.flow = [
    { call: 'get /', status: 200 },
    { call: 'get /whoami', status: 200 },
    { call: 'get /health', status: 200 },
    { call: 'get /health/liveness', status: 200 },
    { call: 'get /health/readiness', status: 200 },
    { call: 'get /stats', status: 200 },
    { call: 'get /stats/history', status: 200, query: { span: 'all' } },
    { call: 'get /stats/history', status: 400, as: 'no such span', query: { span: 'week' } },
    { call: 'get /prometheus', status: 200 },

    { call: 'post /nodes', status: 201, body: { node_id: 'node-{{run}}', name: 'A node', operator: 'somebody', region: 'somewhere', capacity_gb: 100, slots: 4 }, set: { node_id: 'node_id' } },
    { call: 'post /nodes', status: 200, as: 'comes back', body: { ...node, name: 'A node', capacity_gb: 100 } },
    { call: 'post /nodes', status: 400, as: 'without a name', body: { capacity_gb: 100 } },
    { call: 'get /nodes', status: 200, query: { limit: '2' } },
    { call: 'get /nodes/{nodeId}', status: 200, path: { nodeId: '{{node_id}}' } },
    { call: 'get /nodes/{nodeId}', status: 404, as: 'unknown', path: { nodeId: 'nobody' } },

    { call: 'post /tasks', status: 202, body: { request_id: 'request-{{run}}', dataset_url: 'https://{{run}}.example.org/first.nc', name: 'First', dataset: 'Examples', organization: 'Nobody', size_bytes: 11, sha256: digest, priority: 9, copies: 1, payload: { any: ['thing'] } }, set: { task_id: 'task_id' } },
    { call: 'post /tasks', status: 409, as: 'duplicate', body: { dataset_url: 'https://{{run}}.example.org/first.nc' } },
    { call: 'post /tasks', status: 422, as: 'request id used for another', body: { request_id: 'request-{{run}}', dataset_url: 'https://{{run}}.example.org/other.nc' } },
    { call: 'post /tasks', status: 400, as: 'no URL', body: { name: 'Nothing' } },
    { call: 'post /tasks/bulk', status: 200, text: [1, 2, 3, 4].map((i) => JSON.stringify({ dataset_url: `https://{{run}}.example.org/bulk-${i}.nc`, size_bytes: 11, copies: 1, priority: 8 })).join('\n') + '\n' },
    { call: 'get /tasks', status: 200, query: { status: 'pending', limit: '2' } },
    { call: 'get /tasks', status: 400, as: 'no such status', query: { status: 'nonsense' } },
    { call: 'get /tasks/{taskId}', status: 200, path: { taskId: '{{task_id}}' } },
    { call: 'get /tasks/{taskId}', status: 404, as: 'unknown', path: { taskId: 't-zzzzzzz' } },
    { call: 'get /tasks/{taskId}/status', status: 200, path: { taskId: '{{task_id}}' } },
    { call: 'post /tasks/{id}/priority', status: 200, path: { id: '{{task_id}}' }, body: { priority: 10 } },
    { call: 'get /hosts', status: 200, query: { limit: '2' } },
    { call: 'patch /hosts/{host}', status: 200, path: { host: '{{run}}.example.org' }, body: { max_connections: 10, paused: false } },
    { call: 'get /hosts/{host}', status: 200, path: { host: '{{run}}.example.org' } },

    { call: 'post /dispatch', status: 200, body: { ...node, capacity_gb: 100 }, set: { assignment_id: 'assignment.assigned_tasks[0].assignment_id' } },
    { call: 'post /nodes/{nodeId}/heartbeat', status: 200, path: { nodeId: '{{node_id}}' }, body: { capacity_gb: 100, assignments: [{ assignment_id: '{{assignment_id}}', bytes_done: 5 }] } },
    { call: 'get /assignments', status: 200, query: { node_id: '{{node_id}}', limit: '10' } },
    { call: 'post /assignments/{id}/complete', status: 422, as: 'another digest than the catalog gives', path: { id: '{{assignment_id}}' }, body: { ...node, sha256: digest.replace('b9', '00'), size_bytes: 11 } },
    { call: 'post /tasks/{id}/retry', status: 200, path: { id: '{{task_id}}' } },
    { call: 'post /dispatch', status: 200, as: 'once more', body: { ...node, capacity_gb: 100, priority_level: 'critical' }, set: { assignment_id: 'assignment.assigned_tasks[0].assignment_id' } },
    { call: 'post /assignments/{id}/complete', status: 200, path: { id: '{{assignment_id}}' }, body: { ...node, sha256: digest, size_bytes: 11, etag: '"e"', content_type: 'application/x-netcdf' } },
    { call: 'post /assignments/{id}/release', status: 409, as: 'has ended', path: { id: '{{assignment_id}}' }, body: node },

    { call: 'post /dispatch', status: 200, as: 'three at once', body: { ...node, capacity_gb: 100, priority_level: 'high', max_tasks: 3 }, set: { to_fail: 'assignment.assigned_tasks[0].assignment_id', failing_task: 'assignment.assigned_tasks[0].task_id', to_release: 'assignment.assigned_tasks[1].assignment_id', to_complete: 'assignment.assigned_tasks[2].assignment_id' } },
    { call: 'post /assignments/{id}/fail', status: 200, path: { id: '{{to_fail}}' }, body: { ...node, reason: 'too_large', detail: 'larger than any file can be', http_status: 200 } },
    { call: 'post /assignments/{id}/release', status: 200, path: { id: '{{to_release}}' }, body: node },
    { call: 'post /assignments/complete', status: 200, body: { ...node, completions: [{ assignment_id: '{{to_complete}}', sha256: digest, size_bytes: 11 }] } },
    { call: 'get /tasks/{taskId}', status: 200, as: 'rescued', path: { taskId: '{{task_id}}' } },
    { call: 'get /tasks/{taskId}', status: 200, as: 'failed', path: { taskId: '{{failing_task}}' } },
    { call: 'get /tasks/{taskId}/history', status: 200, path: { taskId: '{{task_id}}' } },
    { call: 'get /copies', status: 200, query: { url: 'https://{{run}}.example.org/first.nc' } },
    { call: 'get /copies', status: 404, as: 'of nothing', query: { url: 'https://{{run}}.example.org/nothing.nc' } },
    { call: 'get /manifest', status: 200, query: { format: 'jsonl' } },
    { call: 'delete /tasks/{id}/copies/{nodeId}', status: 200, path: { id: '{{task_id}}', nodeId: '{{node_id}}' } },
    { call: 'get /tasks/failures', status: 200 },
    { call: 'post /tasks/retry', status: 200, query: { reason: 'too_large' } },
    { call: 'post /tasks/cancel', status: 200, query: { reason: 'too_large' } },
    { call: 'post /tasks/{id}/cancel', status: 200, path: { id: '{{task_id}}' } },
    { call: 'post /tasks/{id}/cancel', status: 404, as: 'unknown', path: { id: 't-zzzzzzz' } },

    { call: 'post /catalogs', status: 202, query: { name: 'catalog-{{run}}', format: 'csv' }, text: 'url\nhttps://{{run}}.example.org/catalog.nc\nnonsense\n', set: { catalog_id: 'catalog_id' } },
    { call: 'get /catalogs', status: 200, query: { limit: '2' } },
    { call: 'get /catalogs/{catalogId}', status: 200, path: { catalogId: '{{catalog_id}}' } },
    { call: 'get /catalogs/{catalogId}/rejected', status: 200, path: { catalogId: '{{catalog_id}}' } },
    { call: 'delete /catalogs/{catalogId}', status: 409, as: 'of one that gave files', path: { catalogId: '{{catalog_id}}' } },
    { call: 'post /catalogs', status: 202, as: 'of no catalog', query: { name: 'page-{{run}}' }, text: '<!doctype html>\n', set: { catalog_id: 'catalog_id' } },
    { call: 'delete /catalogs/{catalogId}', status: 200, path: { catalogId: '{{catalog_id}}' } },
    { call: 'get /priorities', status: 200 },
    { call: 'post /priorities/refresh', status: 409, as: 'no priorizer is set' },
    { call: 'post /mock_dispatch', status: 200, query: { scenario: 'normal' }, body: { node_id: 'node-123', capacity_gb: 100, priority_level: 'high' } },

    { call: 'post /nodes/{nodeId}/drain', status: 200, path: { nodeId: '{{node_id}}' } },
    { call: 'post /nodes/{nodeId}/resume', status: 200, path: { nodeId: '{{node_id}}' } },
    { call: 'delete /nodes/{nodeId}', status: 200, path: { nodeId: '{{node_id}}' }, query: { copies: 'withdrawn' } },
];
