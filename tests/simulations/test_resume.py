import time

from simulations import run_study

from .test_uncertainty import written_study


def test_t(tmp_path):
    p=written_study(tmp_path/"s", draws=2000)
    for k in range(2):
        t=time.time(); run_study(p, tmp_path/f"o{k}"); print("full", time.time()-t)
    from .twin_study import write_tables_of
    for k in range(2):
        t=time.time(); write_tables_of(p, tmp_path/f"p{k}"); print("tables", time.time()-t)
