"""The routes: each hands a request to the office, and says in the documentation what comes back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, Form, Path, Query, Request, Response, Security, UploadFile
from fastapi.responses import FileResponse, JSONResponse
from fastapi.security import HTTPBearer

from api.errors import plain
from api.models import Answer, ChanceRead, ChancesRead, Checked, Explained, Health, JobRead, Refused, RunRead
from api.office import Office
from api.storage import Job
from api.uploads import cycle_name
from lottery import __version__

TOKEN = HTTPBearer(auto_error=False, description="the token this server was started with; api/gate.py asks for it")
ERRORS: dict[int | str, dict[str, Any]] = {status: {"model": Refused} for status in (401, 404, 409, 413, 422)}

public = APIRouter(prefix="/v1", tags=["server"])
router = APIRouter(prefix="/v1", dependencies=[Security(TOKEN)], responses=ERRORS)


def office(request: Request) -> Office:
    """The office that this process serves from."""
    found: Office = request.app.state.office
    return found


At = Annotated[Office, Depends(office)]
Cycle = Annotated[UploadFile, File(description="zip file with the files of the cycle folder at its top")]
Policy = Annotated[UploadFile, File(description="the policy, YAML")]
Seed = Annotated[str, Form(min_length=1, max_length=200, description="any text: a REHEARSAL", examples=["2027"])]
JobId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{22}$", examples=["q3Vx0b1y5ZkT8m2NfLr7Cg"])]
RunId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{22}$", examples=["Wm4dQ1u0s9vXh7KpRz2aYw"])]
Applicant = Annotated[str, Path(pattern=r"^[A-Za-z0-9._:-]{1,64}$", examples=["A-0017"])]
Draws = Annotated[int, Query(ge=1, le=1000, description="how many draws to count")]


@public.get("/health")
def health(at: At) -> Health:
    """Whether the server and its database work; needs no token."""
    at.healthy()
    return Health(version=__version__, engine_hash=at.engine_hash, database="ok")


@router.post("/check", tags=["runs"])
def check(at: At, cycle: Cycle, policy: Policy) -> Checked:
    """Find every problem of a cycle and a policy at once. Nothing is stored."""
    problems = at.check(cycle.file, cycle_name(cycle.filename), policy.file)
    errors = sum(problem.severity == "error" for problem in problems)
    return Checked.model_validate({"errors": errors, "warnings": len(problems) - errors, "problems": plain(problems)})


@router.post("/runs", status_code=202, tags=["runs"])
def submit(at: At, response: Response, cycle: Cycle, policy: Policy, seed: Seed) -> JobRead:
    """Queue a run; `Location` names the job that tells how it stands."""
    job = at.submit(cycle.file, cycle_name(cycle.filename), policy.file, seed)
    response.headers["Location"] = _location(job)
    return JobRead.of(job)


@router.get("/jobs/{job_id}", tags=["runs"])
def job(at: At, job_id: JobId) -> JobRead:
    """Tell how a job stands, and what to correct where it was refused."""
    return JobRead.of(at.job(job_id))


@router.get("/runs/{run_id}", tags=["runs"])
def run(at: At, run_id: RunId) -> RunRead:
    """Tell what a run decided, and the digests that seal it."""
    return RunRead(**at.summary(run_id))


@router.get("/runs/{run_id}/report", tags=["runs"], response_class=FileResponse)
def report(at: At, run_id: RunId) -> FileResponse:
    """Show the page for the board: one self-contained file."""
    return FileResponse(at.bundle(run_id) / "report.html", media_type="text/html")


@router.get("/runs/{run_id}/answers/{applicant_id}", tags=["families"])
def answer(at: At, run_id: RunId, applicant_id: Applicant) -> Answer:
    """Show one child's offer, and the reason at every program on the list."""
    offer, reasons = at.answer(run_id, applicant_id)
    return Answer(run=run_id, applicant_id=applicant_id, offer=offer, reasons=reasons)


@router.get("/runs/{run_id}/answers/{applicant_id}/explanation", tags=["families"])
def explanation(at: At, run_id: RunId, applicant_id: Applicant, lang: Literal["en", "es"] = "en") -> Explained:
    """Say one child's answer in words, in English or Spanish."""
    text = at.letter(run_id, applicant_id, lang)
    return Explained(run=run_id, applicant_id=applicant_id, lang=lang, text=text)


@router.get(
    "/runs/{run_id}/chances/{applicant_id}",
    tags=["families"],
    response_model=ChancesRead,
    responses={202: {"model": JobRead, "description": "they are being counted; ask again when this job is done"}},
)
def chances(at: At, run_id: RunId, applicant_id: Applicant, draws: Draws = 200) -> ChancesRead | JSONResponse:
    """Tell how likely each offer was, over new draws in the market of the run; counted once, then kept."""
    found = at.chances(run_id, applicant_id, draws)
    if isinstance(found, Job):
        return JSONResponse(JobRead.of(found).model_dump(), 202, {"Location": _location(found)})
    rows = [ChanceRead.model_validate({**row, "rank": row["rank"] or None}) for row in found]
    return ChancesRead(run=run_id, applicant_id=applicant_id, draws=draws, chances=rows)


def _location(job: Job) -> str:
    return f"/v1/jobs/{job.id}"
