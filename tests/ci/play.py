"""Runs the shell steps of the templates in examples/ci as their platforms do: without a terminal, in a clone of a Git
repository with two branches, against the emulator. Only the installation and the actions of the platforms are left out,
and `gh` is a program that keeps comments in a folder."""

import base64
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request

from ruamel.yaml import YAML

BINARY, TEMPLATES, HOOKS = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
CREDENTIALS = {
    "KEYWRIGHT_CAM_API_KEY": "fake-api-key",
    "KEYWRIGHT_CAM_API_SECRET": "fake-api-secret",
    "KEYWRIGHT_CAM_USERNAME": "fake-user",
    "KEYWRIGHT_CAM_PASSWORD": "fake-password",
}
SETTINGS = """apiVersion: keywright.dev/v1
kind: Workspace
metadata: {name: payments}
spec:
  manifests: [manifests]
  ownership: {packages: all}
  stores:
    cloudApiManagement:
      url: %s
      area: 11111111-2222-3333-4444-555555555555
      credentials:
        apiKey: {env: KEYWRIGHT_CAM_API_KEY}
        apiSecret: {env: KEYWRIGHT_CAM_API_SECRET}
        username: {env: KEYWRIGHT_CAM_USERNAME}
        password: {env: KEYWRIGHT_CAM_PASSWORD}
      limits: {callsPerSecond: 900, callsPerDay: 1000000, visibilityLag: 0s}
"""
USER = """apiVersion: keywright.dev/v1
kind: User
metadata: {name: nadia}
spec: {email: nadia@example.com, displayName: Nadia, status: active}
"""
GH = r"""#!/usr/bin/env python3
import os, sys
arguments, kept = sys.argv[1:], os.environ["COMMENTS"]
assert arguments[0] == "api" and os.environ["GH_TOKEN"], arguments
if "--paginate" in arguments:
    assert "env.MARKER" in arguments[-1]
    for name in sorted(os.listdir(kept)):
        if open(os.path.join(kept, name)).read().startswith(os.environ["MARKER"]):
            print(name)
else:
    method, path = arguments[arguments.index("--method") + 1], arguments[arguments.index("--method") + 2]
    text = open(arguments[-1].removeprefix("body=@")).read()
    name = path.rsplit("/", 1)[1] if method == "PATCH" else str(100 + len(os.listdir(kept)))
    open(os.path.join(kept, name), "w").write(text)
"""


def yaml(path):
    return YAML(typ="safe").load(path.read_text())


class World:
    """The emulator, the repository with its protected branch, and what the platform keeps."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        for name in ["bin", "comments", "artifacts"]:
            (self.folder / name).mkdir()
        (self.folder / "bin/keywright").symlink_to(BINARY)
        gh = self.folder / "bin/gh"
        gh.write_text(GH)
        gh.chmod(0o755)
        base = {name: os.environ[name] for name in ["PATH", "HOME"]}
        base["PATH"] = f"{self.folder / 'bin'}:{base['PATH']}"
        git = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
        for who in ["AUTHOR", "COMMITTER"]:
            git |= {f"GIT_{who}_NAME": "a", f"GIT_{who}_EMAIL": "a@example.com"}
        self.base = base | git
        self.emulator = subprocess.Popen(
            [BINARY, "emulator", "--listen", "127.0.0.1:0", "--format", "json"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=self.base, cwd=self.folder,
        )
        self.url = json.loads(self.emulator.stdout.readline())["url"]
        self.shell(self.folder, "git init --quiet --bare --initial-branch main origin.git && git clone --quiet origin.git work 2>/dev/null")
        self.work = self.folder / "work"
        self.write({"keywright.yaml": SETTINGS % self.url, "manifests/user.yaml": USER, ".gitignore": ".keywright/\n"})
        self.push("main")

    def shell(self, folder, script):
        subprocess.run(["/bin/sh", "-ec", script], cwd=folder, env=self.base, check=True, stdin=subprocess.DEVNULL)

    def write(self, files):
        for name, text in files.items():
            path = self.work / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)

    def push(self, branch):
        self.shell(self.work, f"git add --all && git commit --quiet --message all && git push --quiet origin HEAD:{branch}")

    def runner(self, branch):
        """A fresh clone, as each job has it."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        self.shell(folder, f"git clone --quiet --branch {branch} {self.folder}/origin.git clone")
        return folder

    def environment(self, **more):
        return self.base | {"CI": "true"} | more

    def change_by_hand(self, name="Somebody"):
        """What a person does in the console, over the wire."""
        [user] = self.rows("members?fields=id,username&filter=username:nadia")
        body = json.dumps({"displayName": name}).encode()
        self.call("PUT", f"/v3/rest/members/{user['id']}", body, self.bearer())

    def rows(self, path):
        return self.call("GET", f"/v3/rest/{path}", None, self.bearer())

    def bearer(self):
        token = self.call("POST", "/v3/token", b"grant_type=password&username=fake-user&password=fake-password&scope=11111111-2222-3333-4444-555555555555",
            "Basic " + base64.b64encode(b"fake-api-key:fake-api-secret").decode(), "application/x-www-form-urlencoded")["access_token"]
        return f"Bearer {token}"

    def call(self, method, path, body, authorization, kind="application/json"):
        headers = {"Authorization": authorization, "Content-Type": kind}
        request = urllib.request.Request(self.url + path, data=body, method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)


class Github:
    def __init__(self, world):
        self.world = world

    def job(self, template, name, branch, runner=None):
        """Runs the shell steps of a job. Returns its exit code, its outputs and its summary."""
        workflow = yaml(TEMPLATES / "github" / f"{template}.yml")
        job = workflow["jobs"][name]
        runner = runner or self.world.runner(branch)
        for file in ["output", "summary"]:
            (runner / file).write_text("")
        outputs = {}
        platform = self.world.environment(
            GITHUB_ACTIONS="true", GITHUB_REPOSITORY="team/keys", RUNNER_TEMP=str(runner),
            GITHUB_OUTPUT=str(runner / "output"), GITHUB_STEP_SUMMARY=str(runner / "summary"),
            COMMENTS=str(self.world.folder / "comments"),
        )
        if template == "pull-request":
            platform["GITHUB_BASE_REF"] = "main"
        plan = self.world.folder / "artifacts/plan.json"
        code, log = 0, ""
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/download-artifact@"):
                shutil.copy(plan, runner / "plan.json")
            if step.get("uses", "").startswith("actions/upload-artifact@"):
                # An empty plan is not saved again, so the older one must be gone.
                shutil.copy(runner / "plan.json", plan)
            if "run" not in step or step["name"] == "Install":
                continue
            environment = platform | self.expand(workflow.get("env", {}), outputs) | self.expand(step.get("env", {}), outputs)
            ran = subprocess.run(
                ["bash", "--noprofile", "--norc", "-e", "-c", step["run"]], cwd=runner / "clone", env=environment,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )
            log += ran.stdout
            if "id" in step:
                lines = (runner / "output").read_text().split()
                outputs |= {f"steps.{step['id']}.outputs.{line.split('=')[0]}": line.split("=")[1] for line in lines}
            if ran.returncode != 0:
                code = ran.returncode
                break
        return code, outputs, (runner / "summary").read_text(), log

    def expand(self, values, outputs):
        known = outputs | {"github.token": "fake-token", "github.event.pull_request.number": "7"}
        secrets = {f"secrets.{name}": value for name, value in CREDENTIALS.items()}
        expand = lambda found: (known | secrets)[found[1]]
        return {name: re.sub(r"\$\{\{ (.*?) \}\}", expand, str(value)) for name, value in values.items()}

    def comments(self):
        return [path.read_text() for path in (self.world.folder / "comments").iterdir()]


def check(condition, *said):
    if not condition:
        print(*said, file=sys.stderr)
        raise SystemExit("tests/ci/play.py: a template does not do what it says, see above")


def play_github(world):
    github = Github(world)
    # The protected branch is applied, and a second run has nothing to do.
    code, outputs, summary, log = github.job("merge", "plan", "main")
    check((code, outputs["steps.plan.outputs.status"]) == (0, "2") and "1 to create" in summary, code, outputs, summary, log)
    code, _, _, log = github.job("merge", "apply", "main")
    check(code == 0 and "1 change done" in log, code, log)
    # A retried job whose plan is applied already changes nothing, and says what differs.
    code, _, _, log = github.job("merge", "apply", "main")
    check(code == 5 and "differs from the approved plan" in log, code, log)
    code, outputs, summary, log = github.job("merge", "plan", "main")
    check((code, outputs["steps.plan.outputs.status"]) == (0, "0") and "Nothing to do" in summary, code, outputs, summary, log)
    # A pull request: one comment, edited by the second run.
    world.shell(world.work, "git checkout --quiet -b change")
    world.write({"manifests/package.yaml": "apiVersion: keywright.dev/v1\nkind: Package\nmetadata: {name: freight}\nspec: {description: x}\n"})
    world.push("change")
    for _ in range(2):
        code, _, summary, log = github.job("pull-request", "plan", "change")
        [comment] = github.comments()
        check(code == 0 and comment.startswith("<!-- keywright plan payments -->") and "1 to create" in comment, code, comment, log)
    # A guard stops the plan: the job fails, and the comment shows why instead of the older one.
    world.write({"manifests/user.yaml": USER.replace("status: active", "status: disabled")})
    world.push("change")
    code, _, _, log = github.job("pull-request", "plan", "change")
    [comment] = github.comments()
    check(code == 4 and "Held back by 1 error" in comment and "KW-1" in comment, code, comment, log)
    # So does invalid YAML.
    world.write({"manifests/user.yaml": USER.replace("displayName", "displayNme")})
    world.push("change")
    code, _, _, log = github.job("pull-request", "plan", "change")
    [comment] = github.comments()
    check(code == 3 and "KW-005" in comment and "to create" not in comment, code, comment, log)
    # A fork has no credentials, and sees what it changes.
    world.write({"manifests/user.yaml": USER})
    world.push("change")
    # What the protected branch got since is not a change of the fork.
    world.shell(world.work, "git checkout --quiet -b later origin/main")
    world.write({"manifests/later.yaml": USER.replace("nadia", "later")})
    world.push("main")
    world.shell(world.work, "git checkout --quiet change")
    code, _, summary, log = github.job("pull-request", "difference", "change")
    check(code == 0 and "package/freight" in summary and len(github.comments()) == 1, code, summary, log)
    check("user/later" not in summary, summary)
    world.shell(world.work, "git push --quiet --force origin later~1:main")
    # The merge; then somebody edits the same objects before the approval: nothing is applied.
    world.shell(world.work, "git push --quiet origin HEAD:main")
    code, outputs, _, log = github.job("merge", "plan", "main")
    check((code, outputs["steps.plan.outputs.status"]) == (0, "2"), code, outputs, log)
    world.change_by_hand()
    code, _, _, log = github.job("merge", "apply", "main")
    check(code == 5 and "differs from the approved plan" in log, code, log)
    # Two pipelines at once, each with a plan of its own: both end as told, and nothing is created twice.
    code, outputs, _, log = github.job("merge", "plan", "main")
    runners = [world.runner("main"), world.runner("main")]
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor() as pool:
        ended = list(pool.map(lambda runner: github.job("merge", "apply", "main", runner), runners))
    check(any(code == 0 for code, *_ in ended), ended)
    check(len(world.rows("packages?filter=name:freight")) == 1, "the package was created twice")
    # The night: the same, and after an edit over the wire it differs.
    code, _, summary, log = github.job("nightly", "compare", "main")
    check(code == 0 and "Nothing that is declared moved in the store" in summary, code, summary, log)
    world.change_by_hand("Nobody")
    code, _, summary, log = github.job("nightly", "compare", "main")
    check(code == 2 and "user/nadia" in summary and "Nobody" in summary, code, summary, log)


class Gitlab:
    def __init__(self, world):
        self.world = world
        self.pipeline = yaml(TEMPLATES / "gitlab/.gitlab-ci.yml")

    def job(self, name, branch, credentials=CREDENTIALS, runner=None):
        """Runs the script of a job. GitLab runs all lines in one shell."""
        runner = runner or self.world.runner(branch)
        expand = lambda text: str(text).replace("$CI_DEFAULT_BRANCH", "main")
        variables = {name: expand(value) for name, value in self.pipeline["variables"].items()}
        target = {"CI_MERGE_REQUEST_PROJECT_URL": str(self.world.folder / "origin.git"), "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
        environment = self.world.environment(GITLAB_CI="true", CI_DEFAULT_BRANCH="main", **target, **variables, **credentials)
        script = "\n".join(self.pipeline["default"]["before_script"] + self.pipeline[name]["script"])
        ran = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", script], cwd=runner / "clone", env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        return ran.returncode, ran.stdout, runner


def play_gitlab(world):
    gitlab = Gitlab(world)
    # The plan and its apply on the default branch.
    code, log, runner = gitlab.job("plan", "main")
    check(code == 0 and "1 to create" in log, code, log)
    code, log, _ = gitlab.job("apply", "main", runner=runner)
    check(code == 0 and "1 change done" in log, code, log)
    code, log, _ = gitlab.job("nightly", "main")
    check(code == 0, code, log)
    # A merge request, and one of a fork without credentials.
    world.shell(world.work, "git checkout --quiet -b change")
    world.write({"manifests/user.yaml": USER.replace("displayName: Nadia", "displayName: Nadia N.")})
    world.push("change")
    code, log, runner = gitlab.job("widget", "change")
    check(code == 0 and json.loads((runner / "clone/plan-widget.json").read_text()) == {"create": 0, "update": 1, "delete": 0}, code, log)
    code, log, runner = gitlab.job("validate", "change", credentials={})
    check(code == 0 and isinstance(json.loads((runner / "clone/gl-code-quality-report.json").read_text()), list), code, log)
    world.shell(world.work, "git checkout --quiet -b later main")
    world.write({"manifests/later.yaml": USER.replace("nadia", "later")})
    world.push("main")
    code, log, _ = gitlab.job("difference", "change", credentials={})
    check(code == 0 and "user/nadia" in log and "user/later" not in log, code, log)
    world.shell(world.work, "git push --quiet --force origin later~1:main && git checkout --quiet change")
    world.change_by_hand()
    code, log, _ = gitlab.job("nightly", "main")
    check(code == 2, code, log)


def play_hook(world):
    [hook] = yaml(HOOKS)
    entry = hook["entry"].split()
    check(entry == ["keywright", "validate"], hook)
    run = lambda *files: subprocess.run([*entry, *files], cwd=world.work, env=world.base, capture_output=True, text=True)
    check(run("manifests/user.yaml", "keywright.yaml").returncode == 0, run("manifests/user.yaml", "keywright.yaml"))
    # A deleted file and files of other programs may be in the list.
    world.write({"manifests/gone.yaml": USER.replace("nadia", "gone"), "values.yaml": "replicas: 2\n"})
    world.push("main")
    world.shell(world.work, "git rm --quiet manifests/gone.yaml")
    for files in [["manifests/gone.yaml"], ["values.yaml"], ["manifests/gone.yaml", "manifests/user.yaml", "values.yaml"]]:
        check(run(*files).returncode == 0, run(*files))
    world.write({"manifests/other.yaml": USER.replace("displayName", "displayNme")})
    # A changed file is refused because of another one of its workspace.
    check(run("manifests/user.yaml").returncode == 3, run("manifests/user.yaml"))


for play in [play_github, play_gitlab, play_hook]:
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder)
        try:
            play(world)
        finally:
            world.emulator.kill()
            world.emulator.wait()
    print(f"{play.__name__}: as documented")
