-- Drains the queue: asks for tasks and completes what it is given, one or many a call.
--   wrk … -s benchmarks/wrk/drain.lua URL -- TASKS BATCH NODES FLEET     (tasks and nodes of this thread alone)
-- The nodes are FLEET-THREAD-1 to FLEET-THREAD-NODES. They take turns: as agents do, each asks once at a time, and not
-- before it has reported what it was given, for so many others come between.

dofile("benchmarks/wrk/harness.lua")

local COPY = '"sha256":"' .. string.rep("a", 64) .. '","size_bytes":1000'

local batch, asks, tasks, fleet
local given = {}
local nodes, turn = 0, 0

function init(arguments)
    tasks = tonumber(arguments[1])
    batch = tonumber(arguments[2])
    nodes = tonumber(arguments[3])
    fleet = arguments[4]
    asks = tasks / batch
end

local function next_node()
    turn = turn % nodes + 1
    return fleet .. "-" .. number .. "-" .. turn
end

local function completion(node, assignments)
    if batch == 1 then
        return post("/assignments/" .. assignments[1] .. "/complete", '{"node_id":"' .. node .. '",' .. COPY .. '}')
    end
    local copies = {}
    for i, assignment in ipairs(assignments) do
        copies[i] = '{"assignment_id":"' .. assignment .. '",' .. COPY .. '}'
    end
    return post("/assignments/complete", '{"node_id":"' .. node .. '","completions":[' .. table.concat(copies, ",") .. ']}')
end

function next_request()
    local completing = table.remove(given)
    if completing then
        return completion(completing.node, completing.assignments)
    end
    if asks == 0 then
        return REST
    end
    asks = asks - 1
    return post("/dispatch", '{"node_id":"' .. next_node() .. '","capacity_gb":1000,"max_tasks":' .. batch .. '}')
end

local function was_given(body)
    local node = body:match('"node_id":"([^"]+)"')
    local assignments = {}
    for assignment in body:gmatch('"assignment_id":"([^"]+)"') do
        table.insert(assignments, assignment)
    end
    if #assignments ~= batch then
        failed("a dispatch gave " .. #assignments .. " tasks instead of " .. batch, 200, body)
    end
    table.insert(given, { node = node, assignments = assignments })
end

local function was_completed(body)
    local _, rescued = body:gsub('"task_status":"rescued"', "")
    if rescued ~= batch then
        failed("a completion rescued " .. rescued .. " tasks instead of " .. batch, 200, body)
    end
    progressed(batch)
    if finished == tasks then
        drained()
    end
end

function response(status, _, body)
    if status ~= 200 then
        failed("a call failed", status, body)
    end
    if body:find('"assigned_tasks"', 1, true) then
        was_given(body)
    else
        was_completed(body)
    end
end
